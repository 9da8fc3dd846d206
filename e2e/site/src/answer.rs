//! What the application answers, on any web framework.
//!
//! | path | what is there |
//! |---|---|
//! | `/`, `/bye` | an empty page |
//! | `/v5`, `/v4` | a page with the official client of that line |
//! | `/v5.js`, `/v4.js` | its script |
//! | `/azure` | whom Azure DevOps takes the person for, by the access token of their session |
//! | `/private` | a page for whoever is signed in: who they are |
//! | `/editors` | a page for editors; nobody is one |
//! | `/boards` | a page that takes an access token of Azure DevOps |

use admit::Current;
use admit::http::HttpClient as _;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};
use maud::{DOCTYPE, html};
use serde_json::{Value, json};

use crate::site::Site;

/// Answers a request for that path.
pub(crate) async fn to(site: &Site, path: &str, current: &Current) -> Response<Bytes> {
    match path {
        "/" | "/bye" => ok(HTML, page(path, "")),
        "/v5" | "/v4" => ok(HTML, page(path, &format!("<div id=root></div><script src={path}.js></script>"))),
        "/v5.js" | "/v4.js" => match std::fs::read(site.bundles.join(path.trim_start_matches('/'))) {
            Ok(script) => ok("text/javascript; charset=utf-8", script),
            Err(error) => {
                tracing::error!(%error, path, "a script is not there");
                nothing(StatusCode::INTERNAL_SERVER_ERROR)
            }
        },
        "/azure" => ok("application/json", azure(site, current).await.to_string()),
        "/private" => match current.session().await {
            Ok(Some(session)) => ok(HTML, private(session.user.display_name())),
            Ok(None) => current.unauthenticated(),
            Err(error) => current.unavailable(&error),
        },
        "/editors" => match current.session().await {
            Ok(Some(_)) => current.forbidden(),
            Ok(None) => current.unauthenticated(),
            Err(error) => current.unavailable(&error),
        },
        "/boards" => match current.access_token("azure-devops").await {
            Ok(_) => ok(HTML, page(path, "")),
            Err(error) => current.without_token(&error),
        },
        // Every browser asks for it, and would complain.
        "/favicon.ico" => nothing(StatusCode::NO_CONTENT),
        _ => nothing(StatusCode::NOT_FOUND),
    }
}

fn page(title: &str, content: &str) -> String {
    format!("<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>{content}</html>")
}

/// Who is there, and the way out.
fn private(name: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Private" } }
            body { h1 { (name) } a href="/api/auth/signout?callbackUrl=%2Fbye" { "Sign out" } }
        }
    };
    page.into_string()
}

/// Calls Azure DevOps on behalf of whoever is signed in.
async fn azure(site: &Site, current: &Current) -> Value {
    let token = match current.access_token("azure-devops").await {
        Ok(token) => token,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let request = Request::get(format!("{}/_apis/profile/profiles/me?api-version=7.1", site.pretend.served.base_url()))
        .header(AUTHORIZATION, format!("Bearer {}", token.expose()))
        .body(Bytes::new());
    let Ok(request) = request else { return json!({ "error": "no request" }) };
    match site.pretend.azure.send(request).await {
        Ok(answer) if answer.status() == StatusCode::OK => serde_json::from_slice(answer.body()).unwrap_or_default(),
        Ok(answer) => json!({ "error": answer.status().as_u16() }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn ok(content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

fn nothing(status: StatusCode) -> Response<Bytes> {
    let mut answer = ok("text/plain", Bytes::new());
    *answer.status_mut() = status;
    answer
}

const HTML: &str = "text/html; charset=utf-8";
