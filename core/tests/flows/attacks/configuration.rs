//! Mistakes in a configuration that would show only when somebody signs in.

use std::time::Duration;

use admit::{Auth, AuthBuilder, Client, Environment, OAuthProvider, Pages};
use admit_providers::github;

use crate::support::standard::Standard;
use crate::support::{ORIGIN, SECRET};

fn problems(base_url: &str, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Vec<String> {
    let builder = Auth::builder(base_url)
        .secret(SECRET)
        .environment(Environment::default())
        .http_client(Standard::new())
        .provider(github(Client::new("gh", "gh-secret")));
    configure(builder).build().err().map(|error| error.problems().to_vec()).unwrap_or_default()
}

#[test]
fn a_page_that_no_redirect_can_lead_to_is_refused() {
    for path in ["/anmeldung-für-alle", "/sign in", "/a\nb", "/a\tb"] {
        let found = problems(ORIGIN, |builder| builder.pages(Pages::default().sign_in(path)));
        assert_eq!(found.len(), 1, "{path:?} {found:?}");
        assert!(found[0].starts_with("pages: sign_in"), "{found:?}");
    }
}

#[test]
fn sessions_that_would_be_over_at_once_are_refused() {
    let found = problems(ORIGIN, |builder| builder.absolute_lifetime(Duration::ZERO));
    assert_eq!(found, ["absolute_lifetime is no time at all; give it a second at least"]);
}

#[test]
fn a_base_url_that_no_browser_asks_for_is_refused_and_its_password_is_not_printed() {
    // CFG-007
    let found = problems("https://admin:hush@app.example", |builder| builder);
    assert_eq!(found.len(), 1);
    assert!(!found[0].contains("hush"), "{found:?}");
    assert_eq!(problems("https://:hush@app.example", |builder| builder).len(), 1);
    assert_eq!(problems(ORIGIN, |builder| builder.base_path("/prüfung")).len(), 1);
}

#[test]
fn an_id_that_would_spill_out_of_a_path_or_a_cookie_is_refused() {
    // COK-010
    for id in ["a=b", "a;b", "a\r\nSet-Cookie: x=y", "a b", "a/b", "../a", "A", "é", "a%0d", "", "a.b", "__Host-a"] {
        let provider = OAuthProvider::oauth2(id, "Acme", Client::new("app", "s"))
            .authorization_endpoint("https://acme.example/authorize")
            .token_endpoint("https://acme.example/token")
            .userinfo_endpoint("https://acme.example/me");
        let found = problems(ORIGIN, |builder| builder.provider(provider));
        assert!(found.iter().any(|problem| problem.contains("does not fit a path")), "{id:?}: {found:?}");
    }
}
