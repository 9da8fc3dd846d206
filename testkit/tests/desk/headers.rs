//! What every page keeps to.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::servers::{PLACES, Server};

// RED: what may be framed, kept or run is said by headers, on these pages too.
#[tokio::test]
async fn every_page_admits_its_own_stylesheet_and_nothing_else() {
    for server in Server::all() {
        server.sign_in(if server.name() == "openid" { "ada" } else { "norma" }).await;
        let picker = server.authorization(&[]);
        let refused = server.authorization(&[("state", "")]);
        for path in PLACES.into_iter().chain([picker.as_str(), refused.as_str()]) {
            let response = server.get(path).await;
            let header = |name: &str| response.headers()[name].to_str().unwrap();
            let html = String::from_utf8(response.body().to_vec()).unwrap();
            let style = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
            let hash = STANDARD.encode(digest(&SHA256, style.as_bytes()));
            let policy = format!(
                "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
            );
            // A step leads to the application in the end, which its form may not be kept from.
            let form_action = if PLACES.contains(&path) { "; form-action 'self'" } else { "" };
            assert_eq!(header("content-security-policy"), format!("{policy}{form_action}"), "{path}");
            assert_eq!(header("cache-control"), "no-store", "{path}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header("x-frame-options"), "DENY", "{path}");
            assert_eq!(header("content-type"), "text/html; charset=utf-8", "{path}");
            for wrong in ["<script", " style=", " onclick", "http-equiv", "@import", "url(", "<iframe"] {
                assert!(!html.contains(wrong), "{path}: {wrong}");
            }
        }
    }
}

// UIX-004
#[tokio::test]
async fn every_page_says_whose_it_is_and_has_one_heading() {
    for server in Server::all() {
        let name = match server {
            Server::Azure(_) => "Azure DevOps",
            Server::Entra(_) => "Microsoft Entra ID",
            Server::Openid(_) => "OpenID",
        };
        let picker = server.authorization(&[]);
        for path in PLACES.into_iter().chain([picker.as_str()]) {
            let html = server.page(path).await;
            assert!(html.contains(&format!("· Pretend {name}</title>")), "{path}");
            assert!(html.contains("nothing leaves this machine"), "{path}");
            for once in ["<h1>", "<main", "<html lang=\"en\">", "<title>"] {
                assert_eq!(html.matches(once).count(), 1, "{path}: {once}");
            }
            let mut ids: Vec<_> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), all, "{path}: an id stands twice");
        }
    }
}

#[tokio::test]
async fn the_navigation_leads_to_every_page_and_marks_the_one_that_is_shown() {
    for server in Server::all() {
        for path in PLACES {
            let html = server.page(path).await;
            let nav = html.split_once("<nav").unwrap().1.split_once("</nav>").unwrap().0;
            for place in PLACES {
                assert!(nav.contains(&format!("href=\"{place}\"")), "{path}");
            }
            assert_eq!(nav.matches("aria-current").count(), 1, "{path}");
            assert!(nav.contains(&format!("href=\"{path}\" aria-current=\"page\"")), "{path}");
        }
    }
}
