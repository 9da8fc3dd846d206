//! An application that shows a sign-in page of its own, and its own frame around the other pages.

use admit::Pages;
use admit::page::{Loads, Templates};
use admit_axum::{AuthRouterExt as _, Current};
use axum::Router;
use axum::routing::get;
use serde_json::Value;

use crate::support::{Site, location, text};

const LAYOUT: &str = r#"<!DOCTYPE html>
<html lang="{{ lang }}" dir="{{ dir }}">
<title>{{ title }} – Acme</title>
<link rel="stylesheet" href="/acme.css">
<main>{{ content }}</main>
</html>"#;

fn site() -> Site {
    let templates = Templates::new().layout(LAYOUT).loads(Loads::nothing().styles_from_self());
    Site::with(|builder| builder.pages(Pages::default().sign_in("/welcome")).page_renderer(templates))
}

/// As JSON, for a page that is drawn in the browser.
async fn welcome(current: Current) -> String {
    serde_json::to_string(&current.sign_in_page().await).unwrap()
}

fn app(site: &Site) -> Router {
    Router::new().route("/welcome", get(welcome)).with_auth(site.auth.clone())
}

#[tokio::test]
async fn a_page_at_a_path_of_the_applications_own_signs_in() {
    let site = site();
    let mut norma = site.visitor(app(&site)).browsing();
    let there = location(&norma.get("/api/auth/signin?callbackUrl=/inbox").await);
    assert_eq!(there, "/welcome?callbackUrl=https%3A%2F%2Fapp.example%2Finbox");
    let page: Value = serde_json::from_slice(norma.get(&there).await.body()).unwrap();
    let form = &page["ways"][0]["form"];
    let hidden = form["hidden"].as_array().unwrap();
    let fields: Vec<_> =
        hidden.iter().map(|field| (field["name"].as_str().unwrap(), field["value"].as_str().unwrap())).collect();
    let action = form["action"].as_str().unwrap().strip_prefix("https://app.example").unwrap();
    assert_eq!(site.consent(&mut norma, action, &fields).await, "https://app.example/inbox");
}

#[tokio::test]
async fn the_layout_stands_around_the_built_in_pages() {
    let site = site();
    let page = site.visitor(app(&site)).get("/api/auth/signout").await;
    assert!(text(&page).contains("<title>Sign out – Acme</title>"), "{}", text(&page));
    assert!(text(&page).contains("<main><h1>Sign out</h1>"), "{}", text(&page));
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains(" 'self'; img-src"), "{policy}");
}
