//! `GET …/providers`.

use admit::Client;
use admit_providers::{azure_devops, discord, github};
use http::StatusCode;

use crate::support::{CLIENT_SECRET, Site, refusal, set_cookies, shown};

#[tokio::test]
async fn providers_are_listed_in_their_order_and_nothing_is_set() {
    let site = Site::with(|builder| {
        builder
            .provider(github(Client::new("gh", "s")))
            .provider(azure_devops(Client::new("app-2", CLIENT_SECRET)).id("acme-devops").name("Acme's \"DevOps\""))
            .provider(discord(Client::new("d", "s")))
            .danger_single_process_refresh()
    });
    let answer = site.browser().get("/api/auth/providers").await;
    insta::assert_snapshot!(String::from_utf8_lossy(answer.body()).replace("},", "},\n"), @r#"
    {"azure-devops":{"id":"azure-devops","name":"Azure DevOps","type":"oauth","signinUrl":"https://app.example/api/auth/signin/azure-devops","callbackUrl":"https://app.example/api/auth/callback/azure-devops"},
    "github":{"id":"github","name":"GitHub","type":"oauth","signinUrl":"https://app.example/api/auth/signin/github","callbackUrl":"https://app.example/api/auth/callback/github"},
    "acme-devops":{"id":"acme-devops","name":"Acme's \"DevOps\"","type":"oauth","signinUrl":"https://app.example/api/auth/signin/acme-devops","callbackUrl":"https://app.example/api/auth/callback/acme-devops"},
    "discord":{"id":"discord","name":"Discord","type":"oauth","signinUrl":"https://app.example/api/auth/signin/discord","callbackUrl":"https://app.example/api/auth/callback/discord"}}
    "#);
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers().len(), 1);
    assert_eq!(answer.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn the_list_takes_no_post_and_no_cookie_hinders_it() {
    // COK-014
    let site = Site::new();
    let mut browser = site.browser();
    browser.jar.set("__Secure-authjs.callback-url", "javascript%3Aalert(1)");
    assert_eq!(set_cookies(&browser.get("/api/auth/providers").await), [""; 0]);
    let post = browser.post("/api/auth/providers", &[]).await;
    assert_eq!(refusal(&post), ("/api/auth/error".into(), "Configuration".into(), "action_unsupported".into()));
    insta::assert_snapshot!(shown(&post), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/api/auth/error?error=Configuration&code=action_unsupported&ref=KfsXP7VGxE-z
    pragma: no-cache
    set-cookie: __Host-authjs.csrf-token=ce56971cde355897421efc0b1046c8bf2f537eddbfbc7b9864f6e7ff7a82f2c3%7C1d153339255ac1b8ada8aa41504a0467f44259ab5260a74111d01fbd4b0748eb; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example; Path=/; HttpOnly; Secure; SameSite=Lax
    ");
}
