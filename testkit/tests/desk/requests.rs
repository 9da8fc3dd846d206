//! The last requests, in words.

use crate::servers::{SECRET, STATE, Server, posted};

#[tokio::test]
async fn a_whole_trip_is_told_in_words_with_method_path_and_outcome() {
    for server in Server::all() {
        let login = if server.name() == "openid" { "ada" } else { "norma" };
        server.page(&server.authorization(&[])).await;
        server.sign_in(login).await;
        insta::assert_snapshot!(format!("{}_requests", server.name()), server.content("/_pretend/requests").await);
    }
}

// ERR: what opens something is written down nowhere.
#[tokio::test]
async fn nothing_that_opens_anything_is_listed() {
    for server in Server::all() {
        let login = if server.name() == "openid" { "ada" } else { "norma" };
        let code = server.sign_in(login).await;
        let bearer = http::Request::get(format!("{}/userinfo", crate::servers::BASE))
            .header("authorization", "Bearer hush-hush")
            .body(bytes::Bytes::new());
        server.handle(bearer.unwrap()).await.unwrap();
        let page = server.page("/_pretend/requests").await;
        for secret in [code.as_str(), SECRET, STATE, "hush-hush", "the-nonce-of-the-trip"] {
            assert!(!page.contains(secret), "{}: {secret}", server.name());
        }
        assert!(page.contains("Authorization (header)") && page.contains("Bearer …"), "{page}");
    }
}

#[tokio::test]
async fn what_a_correct_app_never_asks_stands_on_top_with_its_count() {
    for server in Server::all() {
        for _ in 0..3 {
            server.get(&server.authorization(&[("state", "")])).await;
        }
        let page = server.page("/_pretend/requests").await;
        assert!(page.contains("A correct app asks none of this"), "{page}");
        assert!(page.contains("the parameter `state` is missing") && page.contains("(3 times)"), "{page}");
        assert_eq!(page.matches("refused with a page").count(), 3);
    }
}

#[tokio::test]
async fn looking_at_these_pages_is_no_request_and_a_reset_forgets_all() {
    for server in Server::all() {
        let nothing = "Nothing was asked yet.";
        assert!(server.page("/_pretend/requests").await.contains(nothing));
        server.page("/").await;
        assert!(server.page("/_pretend/requests").await.contains(nothing), "{}", server.name());
        server.page(&server.authorization(&[])).await;
        assert!(!server.page("/_pretend/requests").await.contains(nothing));
        match &server {
            Server::Azure(azure) => azure.reset_log(),
            Server::Entra(entra) => entra.reset_log(),
            Server::Openid(openid) => openid.reset_log(),
        }
        assert!(server.page("/_pretend/requests").await.contains(nothing), "{}", server.name());
    }
}

#[tokio::test]
async fn only_so_many_requests_are_listed_however_many_came() {
    for server in Server::all() {
        for number in 0..250 {
            server.handle(posted(&format!("/token/{number}"), &[], &[])).await.unwrap();
        }
        let page = server.page("/_pretend/requests").await;
        assert_eq!(page.matches("<p class=\"what\">").count(), 200, "{}", server.name());
        assert!(page.contains("/token/249") && !page.contains("/token/49<"));
    }
}
