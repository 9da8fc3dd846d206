//! Holds the papers to the code: the Rust in them is compiled and run as doc tests here, and `tests/papers.rs` compares
//! their lists and links with the source.
//!
//! A page that gains a Rust block gains a line below; a test says so if it was forgotten.

#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    pub struct Readme;

    #[doc = include_str!("../../../CONTRIBUTING.md")]
    pub struct Contributing;

    #[doc = include_str!("../../src/accounts.md")]
    pub struct Accounts;

    #[doc = include_str!("../../src/azure-devops.md")]
    pub struct AzureDevOps;

    #[doc = include_str!("../../src/azure-devops-secrets.md")]
    pub struct AzureDevOpsSecrets;

    #[doc = include_str!("../../src/azure-to-entra/from-express.md")]
    pub struct MoveFromExpress;

    #[doc = include_str!("../../src/azure-to-entra/identity.md")]
    pub struct MoveIdentity;

    #[doc = include_str!("../../src/azure-to-entra/plan.md")]
    pub struct MovePlan;

    #[doc = include_str!("../../src/azure-to-entra/registration.md")]
    pub struct MoveRegistration;

    #[doc = include_str!("../../src/azure-to-entra/roll-out.md")]
    pub struct MoveRollOut;

    #[doc = include_str!("../../src/azure-to-entra/scopes.md")]
    pub struct MoveScopes;

    #[doc = include_str!("../../src/azure-to-entra/what-breaks.md")]
    pub struct MoveWhatBreaks;

    #[doc = include_str!("../../src/azure-to-entra/why.md")]
    pub struct MoveWhy;

    #[doc = include_str!("../../src/callbacks.md")]
    pub struct Callbacks;

    #[doc = include_str!("../../src/client-credentials.md")]
    pub struct ClientCredentials;

    #[doc = include_str!("../../src/configuration.md")]
    pub struct Configuration;

    #[doc = include_str!("../../src/credentials.md")]
    pub struct Credentials;

    #[doc = include_str!("../../src/languages.md")]
    pub struct Languages;
    #[doc = include_str!("../../src/custom-pages.md")]
    pub struct CustomPages;

    #[doc = include_str!("../../src/microsoft-entra-id.md")]
    pub struct MicrosoftEntraId;

    #[doc = include_str!("../../src/nodes.md")]
    pub struct Nodes;

    #[doc = include_str!("../../src/openid-connect.md")]
    pub struct OpenidConnect;

    #[doc = include_str!("../../src/providers.md")]
    pub struct Providers;

    #[doc = include_str!("../../src/proxy.md")]
    pub struct Proxy;

    #[doc = include_str!("../../src/replacing-auth-js.md")]
    pub struct ReplacingAuthJs;

    #[doc = include_str!("../../src/sessions.md")]
    pub struct Sessions;

    #[doc = include_str!("../../src/start.md")]
    pub struct Start;

    #[doc = include_str!("../../src/stores.md")]
    pub struct Stores;

    #[doc = include_str!("../../src/testing.md")]
    pub struct Testing;

    #[doc = include_str!("../../src/tokens.md")]
    pub struct Tokens;
}
