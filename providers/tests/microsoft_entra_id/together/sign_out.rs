//! Signing out at the provider, too.

use admit_testkit::entra::{Builder, CONSUMERS, FABRIKAM, Stage};
use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::meet;
use crate::browser::{location, parameter};
use crate::{HOST, ORIGIN};

const BACK: &str = "https://app.example/api/auth/signout/microsoft-entra-id";

fn server(entra: Builder) -> Builder {
    entra.optional_claims(["login_hint"]).redirect_uri(BACK)
}

#[tokio::test]
async fn whoever_signs_out_goes_by_entra_and_comes_back_to_where_they_were_going() {
    // azure.md T97, §3.9
    for (tenant, segment, login) in [
        ("common", "common", "pia"),
        ("organizations", "organizations", "norma"),
        ("consumers", CONSUMERS, "pia"),
        ("fabrikam.example", FABRIKAM, "norma"),
    ] {
        let site = meet(server, |provider| provider.tenant(tenant).sign_out_at_provider());
        let mut browser = site.browser();
        browser.sign_in_as(login).await;
        let there = browser.sign_out().await;
        assert!(there.starts_with(&format!("{HOST}/{segment}/oauth2/v2.0/logout?")), "{there}");
        assert!(parameter(&there, "logout_hint").unwrap().starts_with("O."), "{there}");
        assert_eq!(browser.session().await, Value::Null);

        let answer = site.entra.handle(Request::get(&there).body(Bytes::new()).unwrap()).await.unwrap();
        let back = location(&answer);
        let path = back.strip_prefix(ORIGIN).unwrap_or_else(|| panic!("{tenant}: sent to {back:?}"));
        let home = location(&browser.get(path).await);
        assert!(home.starts_with(ORIGIN) && !home.contains("error"), "{home}");
        assert_eq!((site.entra.count(Stage::Logout), site.entra.violations()), (1, vec![]));
    }
}
