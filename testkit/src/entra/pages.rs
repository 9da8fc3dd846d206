//! The pages a person sees.

use maud::{Markup, html};

use super::{Account, Config, Tenant};
use crate::page::{self, account_field, another_account};

/// Whose pages they are.
pub(super) const SERVER: &str = "Pretend Microsoft Entra ID.";

/// The first page: which account?
pub(super) fn which_account<'a>(config: &Config, target: &str, offered: impl Iterator<Item = &'a Account>) -> Markup {
    page(
        "Pick an account",
        &html! {
            h1 { "Pick an account" }
            p { strong { (config.app_name) } " asks you to sign in." }
            form method="post" action=(ACCOUNT) {
                input type="hidden" name="request" value=(target);
                ul.people {
                    @for account in offered.take(SHOWN) {
                        li { button.person name="login" value=(account.login) { (face(account)) (described(account)) } }
                    }
                }
            }
            (another_account(&html! {
                form.another method="post" action=(ACCOUNT) {
                    input type="hidden" name="request" value=(target);
                    (account_field("login"))
                }
            }))
        },
    )
}

/// The second page: do you agree?
pub(super) fn consent(
    config: &Config,
    target: &str,
    account: &Account,
    tenant: Option<&Tenant>,
    scopes: &[String],
) -> Markup {
    page(
        "Permissions requested",
        &html! {
            h1 { "Permissions requested" }
            div.person.chosen { (face(account)) (described(account)) }
            p {
                strong { (config.app_name) } " would like to"
                @if let Some(tenant) = tenant { ", as you are at " strong { (tenant.name) } }
                ":"
            }
            ul.scopes { @for scope in scopes { li { (in_words(scope)) " " code { (scope) } } } }
            form.decision method="post" action=(CONSENT) {
                input type="hidden" name="request" value=(target);
                input type="hidden" name="login" value=(account.login);
                button.accept name="decision" value="accept" { "Accept" }
                button name="decision" value="cancel" { "Cancel" }
            }
        },
    )
}

/// Entra's own page for a request it does not answer.
pub(super) fn refused(why: &str) -> Markup {
    page(
        "Sorry, but we’re having trouble signing you in",
        &html! {
            h1 { "Nobody can sign in like this" }
            p { "Nothing was sent back to the app:" }
            p.why role="alert" { (why) }
        },
    )
}

/// The page at the root.
pub(super) fn start(config: &Config) -> Markup {
    page(
        "Pretend Microsoft Entra ID",
        &html! {
            h1 { "It runs" }
            p { "Start at your app: its sign-in leads here. These people can sign in:" }
            ul.people { @for account in config.accounts.iter().take(SHOWN) { li.person { (face(account)) (described(account)) } } }
        },
    )
}

/// After signing out, for those who came without a way on.
pub(super) fn signed_out() -> Markup {
    page(
        "You signed out",
        &html! { h1 { "You signed out of your account" } p { "It’s a good idea to close all browser windows." } },
    )
}

/// Where the form of the first page goes.
pub(super) const ACCOUNT: &str = "/_pretend/account";
/// Where the form of the second page goes.
pub(super) const CONSENT: &str = "/_pretend/consent";
/// A page is for people to look at; all can sign in.
const SHOWN: usize = 20;

fn page(title: &str, content: &Markup) -> Markup {
    page::page(SERVER, title, content)
}

fn face(account: &Account) -> Markup {
    page::face(&account.name, account.photo.as_ref())
}

fn described(account: &Account) -> Markup {
    html! {
        span.name { (account.name) } " "
        span.about { (account.username) @if account.is_personal() { ", a personal account" } }
    }
}

/// What a scope allows, in the words of a consent page.
fn in_words(scope: &str) -> &'static str {
    match scope.rsplit('/').next().unwrap_or_default() {
        "openid" => "Sign you in",
        "profile" => "View your basic profile",
        "email" => "View your e-mail address",
        "offline_access" => "Maintain access to data you have given it access to",
        "User.Read" => "Read your profile",
        "user_impersonation" => "Have full access to Azure DevOps",
        name => crate::azure_devops::in_words(name).unwrap_or("Use the scope"),
    }
}
