//! What can be said of a Microsoft Entra ID registration before anybody signs in.
//!
//! 1. What the setters could not read is told here.
//! 2. A scope names its resource. Those of Azure DevOps are easily forgotten to.
//! 3. `.default` stands for all that was consented to, and cannot be asked for beside other scopes of its resource.
//! 4. Without `offline_access` no token is ever refreshed; without `profile` nobody can be told apart.
//! 5. The redirect URI is one that can be registered.
//! 6. A client id is a GUID, and a secret is none: that would be the Secret ID.
//!
//! The texts do not begin with the provider's id; whoever shows them puts it there.
//! A server on this machine is a pretend one, so 5 and 6 do not hold for it.
//!
//! <https://learn.microsoft.com/entra/identity-platform/reply-url>

use admit::provider::{Finding, Review};
use url::{Host, Url};

use super::authority::{Authority, Place};
use super::guid::is_guid;
use super::resource::{DEVOPS_RESOURCE, Resource};
use super::tenant::Tenant;
use crate::azure_devops::Scope;

pub(super) fn findings(
    authority: &Authority,
    allowed: Option<&[String]>,
    told: &[String],
    review: &Review<'_>,
) -> Vec<Finding> {
    let mut problems = told.to_vec();
    let mut warnings = Vec::new();
    scopes(review.scopes, &mut problems, &mut warnings);
    if let (Some(allowed), Some(only)) = (allowed, authority.only_tenant())
        && !allowed.iter().any(|tenant| tenant == only)
    {
        problems.push(format!(
            "the tenant is {only}, and it is not among the allowed_tenants, so nobody could sign in; add it, or drop the list"
        ));
    }
    if allowed.is_some_and(<[String]>::is_empty) {
        problems.push("allowed_tenants is empty, so nobody could sign in; name a tenant, or drop the list".to_owned());
    }
    if matches!(authority.place, Place::External(_)) && authority.tenant.is_of_many() {
        problems.push("an external tenant is one tenant; give its domain or identifier with tenant()".to_owned());
    }
    if !authority.is_here() {
        redirect_uri(review.redirect_uri, &authority.tenant, &mut problems, &mut warnings);
        client(review, &mut warnings);
    }
    problems.into_iter().map(Finding::Problem).chain(warnings.into_iter().map(Finding::Warning)).collect()
}

fn scopes(scopes: &[String], problems: &mut Vec<String>, warnings: &mut Vec<String>) {
    for scope in scopes {
        let (resource, name) = scope.rsplit_once('/').unwrap_or(("", scope));
        let of_azure = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("vso."))
            || (name == "user_impersonation" && resource.is_empty());
        match Resource::of(scope) {
            Some(Resource::Graph) if of_azure => problems.push(format!(
                "the scope {scope:?} is Azure DevOps', and without its resource it is looked for at Microsoft Graph; \
                 write it as \"{DEVOPS_RESOURCE}/{name}\""
            )),
            Some(Resource::AzureDevOps) if of_azure && Scope::parse(name).is_none() => {
                let remedy = Scope::nearest(name).map(|near| format!("; is it {near}?")).unwrap_or_default();
                warnings.push(format!("Azure DevOps publishes no scope {name:?}{remedy}"));
            }
            _ => {}
        }
        if let Some(whole) = scopes.iter().find(|whole| is_whole(whole) && Resource::of(whole) == Resource::of(scope))
            && !is_whole(scope)
        {
            problems.push(format!(
                "the scopes {whole:?} and {scope:?} are of one resource, and \".default\" stands alone there; keep one of them"
            ));
        }
    }
    let asked = |name: &str| scopes.iter().any(|scope| scope.eq_ignore_ascii_case(name));
    if !asked("profile") {
        problems.push("the scope \"profile\" is not asked for, so no token says who a person is; add it".to_owned());
    }
    if !asked("offline_access") {
        warnings.push(
            "the scope \"offline_access\" is not asked for, so there will be no refresh token, and access tokens end \
             after an hour or so; add it if you call anything with them"
                .to_owned(),
        );
    }
}

fn is_whole(scope: &str) -> bool {
    scope.ends_with("/.default")
}

fn redirect_uri(uri: &Url, tenant: &Tenant, problems: &mut Vec<String>, warnings: &mut Vec<String>) {
    let told = |what: &str| format!("the callback is {uri}, and Microsoft Entra ID takes {what}");
    match (uri.scheme(), uri.host()) {
        (_, Some(Host::Ipv6(_))) => problems.push(told("no IPv6 address; use localhost")),
        ("https", _) | ("http", Some(Host::Domain("localhost"))) => {}
        ("http", Some(Host::Ipv4(address))) if address.is_loopback() => warnings.push(told(
            "http with an address of this machine only by an edit of the application's manifest; localhost is easier",
        )),
        _ => problems.push(told("https, and http for localhost only; give the application an https base URL")),
    }
    if uri.as_str().len() > LONGEST_URI {
        problems.push(told("no more than 256 characters; give the application a shorter base path"));
    }
    if let Some(odd) = uri.path().chars().find(|c| FORBIDDEN.contains(c)) {
        problems.push(told(&format!("no {odd:?} in it; give the application a plainer base path")));
    }
    if uri.query().is_some() && matches!(tenant, Tenant::Common | Tenant::Consumers) {
        problems.push(told("no query where personal accounts sign in"));
    }
}

fn client(review: &Review<'_>, warnings: &mut Vec<String>) {
    if !review.client_id.is_empty() && !is_guid(review.client_id) {
        warnings.push(
            "the client id is no GUID, as Microsoft's are; take the Application (client) ID from the overview page"
                .to_owned(),
        );
    }
    if review.secrets().any(|secret| is_guid(secret.expose())) {
        warnings.push(
            "a client secret is a GUID, as the Secret ID is; take the Value, which is shown once, when the secret is made"
                .to_owned(),
        );
    }
    if review.secrets().any(|secret| secret.expose().contains(char::is_whitespace)) {
        warnings.push("a client secret has white space in it; was it copied whole?".to_owned());
    }
}

const LONGEST_URI: usize = 256;
const FORBIDDEN: &[char] = &['!', '$', '\'', '(', ')', ',', ';'];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use admit::provider::{ClientCredential, ClientSecret, Provider};
    use admit::{Client, Secret, Timestamp};

    use super::*;
    use crate::microsoft_entra_id::{Cloud, MicrosoftEntraId, microsoft_entra_id};

    const CALLBACK: &str = "https://app.example/api/auth/callback/microsoft-entra-id";
    const CLIENT_ID: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
    const VALUE: &str = "aBc8Q~0123456789-abcdefghijklmnopqrstuv";
    const A: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const B: &str = "11111111-2222-4333-8444-555555555555";

    struct Case {
        provider: MicrosoftEntraId,
        callback: String,
        client_id: &'static str,
        secret: &'static str,
        scopes: Vec<String>,
    }

    fn case() -> Case {
        let provider = microsoft_entra_id(Client::env());
        let scopes = provider.description.requested_scopes().to_vec();
        Case { provider, callback: CALLBACK.to_owned(), client_id: CLIENT_ID, secret: VALUE, scopes }
    }

    impl Case {
        fn scopes(self, more: &[&str]) -> Self {
            let sign_in = ["openid", "profile", "email", "offline_access"].iter();
            Self { scopes: sign_in.chain(more).map(|scope| (*scope).to_owned()).collect(), ..self }
        }

        /// Problems first, then warnings.
        fn told(&self) -> (Vec<String>, Vec<String>) {
            let callback = Url::parse(&self.callback).unwrap();
            let credentials: [Arc<dyn ClientCredential>; 1] = [Arc::new(ClientSecret(Secret::new(self.secret)))];
            let now = Timestamp::from_unix_seconds(0);
            let review = Review::new("microsoft-entra-id", self.client_id, &callback, &self.scopes, now, &credentials);
            let (mut problems, mut warnings) = (Vec::new(), Vec::new());
            for finding in self.provider.review(&review) {
                match finding {
                    Finding::Problem(text) => problems.push(text),
                    Finding::Warning(text) => warnings.push(text),
                }
            }
            (problems, warnings)
        }

        fn problem(&self) -> String {
            let (problems, warnings) = self.told();
            assert_eq!((problems.len(), warnings), (1, vec![]), "{problems:?}");
            problems.concat()
        }

        fn warning(&self) -> String {
            let (problems, warnings) = self.told();
            assert_eq!((problems, warnings.len()), (vec![], 1), "{warnings:?}");
            warnings.concat()
        }
    }

    #[test]
    fn a_sound_registration_hears_nothing() {
        assert_eq!(case().told(), (vec![], vec![]));
        let scopes = ["499b84ac-1321-427f-aa17-267ca6975798/vso.code", "User.Read", "api://x/.default"];
        assert_eq!(case().scopes(&scopes).told(), (vec![], vec![]));
    }

    #[test]
    fn a_scope_of_azure_devops_without_its_resource_is_refused_with_the_whole_name() {
        // azure.md T85
        for (scope, name) in [
            ("vso.code", "vso.code"),
            ("https://graph.microsoft.com/vso.work", "vso.work"),
            ("user_impersonation", "user_impersonation"),
            ("VSO.code", "VSO.code"),
        ] {
            let problem = case().scopes(&[scope]).problem();
            assert!(problem.contains(&format!("write it as \"{DEVOPS_RESOURCE}/{name}\"")), "{problem}");
        }
        let misspelt = case().scopes(&["499b84ac-1321-427f-aa17-267ca6975798/vso.cod_write"]).warning();
        assert!(misspelt.ends_with("is it vso.code_write?"), "{misspelt}");
    }

    #[test]
    fn default_stands_alone_at_its_resource() {
        let mixed = case()
            .scopes(&["499b84ac-1321-427f-aa17-267ca6975798/.default", "https://app.vssps.visualstudio.com/vso.code"]);
        assert!(mixed.problem().contains("stands alone there"), "{}", mixed.problem());
        let graph = case().scopes(&["https://graph.microsoft.com/.default", "User.Read"]);
        assert!(graph.problem().contains("stands alone there"));
        let apart = case().scopes(&["499b84ac-1321-427f-aa17-267ca6975798/.default", "User.Read"]);
        assert_eq!(apart.told(), (vec![], vec![]));
    }

    #[test]
    fn scopes_that_are_missed_later_are_told_now() {
        // azure.md T87
        let with =
            |scopes: &[&str]| Case { scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), ..case() };
        assert!(with(&["openid", "profile"]).warning().contains("no refresh token"));
        assert!(with(&["openid", "offline_access"]).problem().contains("\"profile\" is not asked for"));
    }

    #[test]
    fn a_callback_that_cannot_be_registered_is_a_problem() {
        let with = |callback: &str| Case { callback: callback.to_owned(), ..case() };
        for callback in ["https://localhost:3000/cb", "http://localhost:3000/cb", "https://10.0.0.1/cb"] {
            assert_eq!(with(callback).told(), (vec![], vec![]), "{callback}");
        }
        for (callback, why) in [
            ("http://app.example/cb".to_owned(), "http for localhost only"),
            ("http://localhost.evil.example/cb".to_owned(), "http for localhost only"),
            ("https://[::1]/cb".to_owned(), "no IPv6"),
            ("http://[::1]:3000/cb".to_owned(), "no IPv6"),
            (format!("https://app.example/{}", "x".repeat(240)), "256 characters"),
            ("https://app.example/a;b/cb".to_owned(), "no ';' in it"),
            ("https://app.example/cb?x=1".to_owned(), "no query"),
        ] {
            assert!(with(&callback).problem().contains(why), "{callback}");
        }
        assert!(with("http://127.0.0.1:3000/cb").warning().contains("manifest"));
    }

    #[test]
    fn the_secret_id_in_place_of_the_value_is_suspected_and_not_shown() {
        // azure.md T88
        let wrong = Case { secret: "3F2504E0-4F89-11D3-9A0C-0305E82C3301", ..case() };
        assert!(wrong.warning().contains("take the Value") && !wrong.warning().contains("3F2504E0"));
        assert!(Case { secret: "a b", ..case() }.warning().contains("white space"));
        assert!(Case { client_id: "my-app", ..case() }.warning().contains("client id is no GUID"));
    }

    #[test]
    fn what_setters_could_not_read_is_told_with_the_remedy() {
        let with = |provider: MicrosoftEntraId| Case { provider, ..case() }.problem();
        let entra = || microsoft_entra_id(Client::env());
        assert!(with(entra().tenant("contoso")).contains("the tenant is \"contoso\""));
        assert!(with(entra().issuer("https://evil.example/common/v2.0")).contains("none of Microsoft Entra ID's"));
        assert!(with(entra().allowed_tenants(["contoso.example"])).contains("\"contoso.example\" is no identifier"));
        assert!(with(entra().allowed_tenants([] as [&str; 0])).contains("allowed_tenants is empty"));
        assert!(with(entra().tenant(A).allowed_tenants([B])).contains("nobody could sign in"));
        assert!(with(entra().external_tenant("con.toso")).contains("\"con.toso\""));
        assert!(with(entra().external_tenant("contoso").tenant("common")).contains("one tenant"));
        assert_eq!(Case { provider: entra().tenant(A).allowed_tenants([A]), ..case() }.told(), (vec![], vec![]));
        assert_eq!(Case { provider: entra().cloud(Cloud::China), ..case() }.told(), (vec![], vec![]));
    }

    #[test]
    fn a_pretend_server_on_this_machine_takes_any_client() {
        let pretend = Case {
            provider: microsoft_entra_id(Client::env()).endpoints("http://127.0.0.1:9010"),
            callback: "http://127.0.0.1:3000/cb".to_owned(),
            client_id: "app",
            secret: "s",
            ..case()
        };
        assert_eq!(pretend.told(), (vec![], vec![]));
    }
}
