//! What can be said of an Azure DevOps registration before anybody signs in.
//!
//! 1. The callback has to be https, on localhost too. (`insecureRedirectUri` in the service's own list of errors.)
//! 2. Reading the profile takes `vso.profile`, or a scope that includes it.
//! 3. A scope that is not in the published table is refused with `InvalidScope`.
//! 4. A Client Secret is a JWT. What is none is likely the App Secret.
//! 5. A registration has at most two secrets.
//! 6. The service ends.
//!
//! The texts do not begin with the provider's id; whoever shows them puts it there.
//! A server on this machine is a pretend one, so 1 and 4 do not hold for it, and 6 only if a day was said.

use admit::OAuthProvider;
use admit::http::is_loopback;
use admit::provider::{Finding, Review};
use url::Url;

use super::Scope;

pub(super) fn findings(description: &OAuthProvider, review: &Review<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pretend = description.token_url().and_then(|url| Url::parse(url).ok()).is_some_and(|url| is_loopback(&url));
    if !pretend && review.redirect_uri.scheme() != "https" {
        findings.push(Finding::Problem(format!(
            "the callback is {}, and Azure DevOps answers to https only, on localhost too; \
             give the application an https base URL, or point endpoints() at a pretend server on this machine",
            review.redirect_uri
        )));
    }
    scopes(review, &mut findings);
    if !pretend && review.secrets().any(|secret| !is_shaped_like_a_jwt(secret.expose())) {
        findings.push(Finding::Warning(
            "a client secret is no JWT, as Azure DevOps' are; is it the App Secret? \
             take the Client Secret from the application's page"
                .to_owned(),
        ));
    }
    if review.secrets().count() > 2 {
        findings.push(Finding::Warning(format!(
            "there are {} client secrets, and Azure DevOps keeps two at most; remove those that are replaced",
            review.secrets().count()
        )));
    }
    findings.extend(retirement(description, review, pretend).map(Finding::Warning));
    findings
}

fn retirement(description: &OAuthProvider, review: &Review<'_>, pretend: bool) -> Option<String> {
    match description.retirement() {
        Some(end) if end <= review.now => Some(format!(
            "Azure DevOps ended its OAuth service on {end}, so new sign-ins are refused; use Microsoft Entra ID"
        )),
        Some(end) => Some(format!("Azure DevOps ends its OAuth service on {end}; move to Microsoft Entra ID before")),
        None if pretend => None,
        None => Some(
            "Azure DevOps ends its OAuth service in 2026, on a day not yet named; \
             move to Microsoft Entra ID, and set retires_on() when the day is known"
                .to_owned(),
        ),
    }
}

fn scopes(review: &Review<'_>, findings: &mut Vec<Finding>) {
    let (mut known, mut all_known) = (Vec::new(), true);
    for name in review.scopes {
        match Scope::parse(name) {
            Some(scope) => known.push(scope),
            None => {
                all_known = false;
                let remedy = Scope::nearest(name).map(|near| format!("; is it {near}?")).unwrap_or_default();
                findings.push(Finding::Warning(format!("Azure DevOps publishes no scope {name:?}{remedy}")));
            }
        }
    }
    if all_known && !known.iter().any(|scope| scope.includes(Scope::PROFILE)) {
        findings.push(Finding::Warning(format!(
            "no scope includes {profile}, without which the person's profile cannot be read; add {profile}",
            profile = Scope::PROFILE
        )));
    }
}

/// Three segments of base64url (RFC 7515 §7.1).
fn is_shaped_like_a_jwt(text: &str) -> bool {
    let is_segment = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.split('.').count() == 3 && text.split('.').all(is_segment)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use admit::provider::{ClientCredential, ClientSecret};
    use admit::{Client, Secret, Timestamp};

    use super::*;
    use crate::azure_devops::{AzureDevOps, azure_devops};

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_295_606);
    const CALLBACK: &str = "https://app.example/api/auth/callback/azure-devops";
    const JWT: &str = "eyJ0eXAi.eyJjaWQi.c2ln-_";

    fn review(provider: &AzureDevOps, callback: &str, scopes: &[&str], secrets: &[&str]) -> Vec<Finding> {
        let callback = Url::parse(callback).unwrap();
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let credentials: Vec<Arc<dyn ClientCredential>> = secrets
            .iter()
            .map(|secret| Arc::new(ClientSecret(Secret::new(*secret))) as Arc<dyn ClientCredential>)
            .collect();
        let review = Review::new("azure-devops", "app", &callback, &scopes, NOW, &credentials);
        findings(&provider.description, &review)
    }

    fn provider() -> AzureDevOps {
        azure_devops(Client::env())
    }

    fn problems(findings: &[Finding]) -> usize {
        findings.iter().filter(|finding| matches!(finding, Finding::Problem(_))).count()
    }

    fn says(findings: &[Finding], words: &str) -> bool {
        findings.iter().any(|finding| match finding {
            Finding::Problem(text) | Finding::Warning(text) => text.contains(words),
        })
    }

    #[test]
    fn a_sound_registration_hears_of_the_retirement_and_nothing_else() {
        let findings = review(&provider(), CALLBACK, &["vso.profile", "vso.code"], &[JWT, JWT]);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(says(&findings, "on a day not yet named"), "{findings:?}");
    }

    #[test]
    fn a_callback_without_https_is_a_problem_even_on_localhost() {
        // azure.md T45
        for callback in ["http://localhost:3000/cb", "http://127.0.0.1:3000/cb", "http://app.example/cb"] {
            let findings = review(&provider(), callback, &["vso.profile"], &[JWT]);
            assert_eq!(problems(&findings), 1, "{callback}");
            assert!(says(&findings, "https only, on localhost too"), "{findings:?}");
        }
        assert_eq!(problems(&review(&provider(), "https://localhost:3000/cb", &["vso.profile"], &[JWT])), 0);
    }

    #[test]
    fn a_pretend_server_on_this_machine_takes_http_and_any_secret() {
        for base in
            ["http://127.0.0.1:9009/azure", "http://localhost:9009", "http://[::1]:9009", "http://idp.localhost"]
        {
            let findings =
                review(&provider().endpoints(base), "http://localhost:3000/cb", &["vso.profile"], &["pretend"]);
            assert_eq!(findings, [], "{base}");
        }
        // Its end is told if somebody set a day, as a test of it does.
        let ending = provider().endpoints("http://127.0.0.1:9009").retires_on(Timestamp::from_unix_seconds(0));
        let findings = review(&ending, "http://localhost:3000/cb", &["vso.profile"], &["pretend"]);
        assert!(says(&findings, "new sign-ins are refused"), "{findings:?}");
        let elsewhere = provider().endpoints("http://localhost.evil.example");
        assert_eq!(problems(&review(&elsewhere, "http://localhost:3000/cb", &["vso.profile"], &[JWT])), 1);
    }

    #[test]
    fn an_unknown_scope_is_named_with_its_neighbour() {
        let findings = review(&provider(), CALLBACK, &["vso.profile", "vso.cod_write", "openid"], &[JWT]);
        assert!(says(&findings, r#""vso.cod_write"; is it vso.code_write?"#), "{findings:?}");
        assert!(findings.iter().any(|f| matches!(f, Finding::Warning(text) if text.ends_with(r#"scope "openid""#))));
    }

    #[test]
    fn scopes_that_cannot_read_the_profile_are_told() {
        for (scopes, told) in [(&["vso.project"][..], true), (&[], true), (&["vso.work"], false), (&["vso.new"], false)]
        {
            let findings = review(&provider(), CALLBACK, scopes, &[JWT]);
            assert_eq!(says(&findings, "add vso.profile"), told, "{scopes:?}: {findings:?}");
        }
    }

    #[test]
    fn an_app_secret_is_suspected_and_not_shown() {
        for secret in ["5FAKE-app-secret-of-52-letters", "a.b", "a.b.c.d", "a..c", "a.b.c+d"] {
            let findings = review(&provider(), CALLBACK, &["vso.profile"], &[JWT, secret]);
            assert!(says(&findings, "App Secret"), "{secret}: {findings:?}");
            assert!(!says(&findings, secret), "{findings:?}");
        }
    }

    #[test]
    fn a_third_secret_is_one_too_many() {
        assert!(says(&review(&provider(), CALLBACK, &["vso.profile"], &[JWT, JWT, JWT]), "there are 3 client secrets"));
    }

    #[test]
    fn the_retirement_is_told_by_its_day_once_it_is_known() {
        let day = |seconds| provider().retires_on(Timestamp::from_unix_seconds(seconds));
        let told = |provider: &AzureDevOps| review(provider, CALLBACK, &["vso.profile"], &[JWT]);
        let (ahead, past) = (told(&day(1_795_300_000)), told(&day(1_795_200_000)));
        assert!(says(&ahead, "ends its OAuth service on 2026-11-21"), "{ahead:?}");
        assert!(says(&past, "new sign-ins are refused"), "{past:?}");
    }
}
