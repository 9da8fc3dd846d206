//! Whatever comes from outside stays text.

use std::sync::Arc;

use admit_testkit::azure_devops::{Organization, Person};
use admit_testkit::entra::{Account, FABRIKAM};
use admit_testkit::{FixedRandom, PretendAzureDevOps, PretendEntra, PretendOidc};
use bytes::Bytes;
use serde_json::json;

use crate::servers::{BASE, PLACES, SECRET, Server};

const MARKUP: &str = "\"'><script>alert(1)</script>";

/// The three, with somebody called so, for an application called so.
fn hostile() -> [Server; 3] {
    let callback = |id: &str| format!("http://localhost:3000/api/auth/callback/{id}");
    let person = Person::new("norma", MARKUP).email(MARKUP).organization(Organization::new(MARKUP));
    let azure = PretendAzureDevOps::builder("app-id", SECRET, callback("azure-devops"))
        .allow_http_on_loopback()
        .app_name(MARKUP)
        .random(Arc::new(FixedRandom::new(1)))
        .person(person);
    let entra = PretendEntra::builder("app-id", SECRET, callback("microsoft-entra-id"))
        .app_name(MARKUP)
        .hosts(BASE, BASE)
        .account(Account::member("norma", MARKUP, FABRIKAM, MARKUP).verified_email(MARKUP).guest_in(MARKUP));
    let claims = json!({ "sub": MARKUP, "name": MARKUP, "email": MARKUP, "picture": MARKUP, MARKUP: MARKUP });
    let openid = PretendOidc::builder("app-id", SECRET, callback("our-company")).app_name(MARKUP).issuer(BASE).person(
        "norma",
        claims,
        json!({}),
    );
    [Server::Azure(azure.build()), Server::Entra(entra.build()), Server::Openid(openid.build())]
}

// ERR-010
#[tokio::test]
async fn names_states_and_parameters_with_markup_in_them_stay_text() {
    for server in hostile() {
        let picker = server.authorization(&[("state", MARKUP)]);
        let refused = server.authorization(&[("state", ""), (MARKUP, MARKUP)]);
        server.sign_in("norma").await;
        server.get(&picker).await;
        server.get(&refused).await;
        let address = format!("{BASE}/%22%3E%3Cscript%3E?{MARKUP}").replace(['"', '<', '>'], "_");
        server.handle(http::Request::get(address).body(Bytes::new()).unwrap()).await.unwrap();
        let answer = server.post("/_pretend/faults", &[("fault", MARKUP)]).await.unwrap();
        let mut pages = vec![answer, server.get(&picker).await, server.get(&refused).await];
        for path in PLACES {
            pages.push(server.get(path).await);
        }
        for (place, page) in pages.iter().enumerate() {
            let html = String::from_utf8(page.body().to_vec()).unwrap();
            assert!(!html.contains("<script") && !html.contains("\"'>"), "{} {place}: {html}", server.name());
        }
        // It is there all the same, as what it is.
        for page in [&pages[1], &pages[3]] {
            let html = String::from_utf8(page.body().to_vec()).unwrap();
            assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
        }
    }
}
