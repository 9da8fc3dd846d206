//! What the application answers, on any web framework.
//!
//! | path | what is there |
//! |---|---|
//! | `/`, `/bye` | an empty page |
//! | `/v5`, `/v4` | a page with the official client of that line |
//! | `/v5.js`, `/v4.js` | its script |
//! | `/azure` | whom Azure DevOps takes the person for, by the access token of their session |

use admit::Current;
use admit::http::HttpClient as _;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::site::Site;

/// An answer, for the web framework to write.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

/// Answers a request for that path.
pub(crate) async fn to(site: &Site, path: &str, current: &Current) -> Answer {
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
        // Every browser asks for it, and would complain.
        "/favicon.ico" => nothing(StatusCode::NO_CONTENT),
        _ => nothing(StatusCode::NOT_FOUND),
    }
}

fn page(title: &str, content: &str) -> String {
    format!("<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>{content}</html>")
}

/// Calls Azure DevOps on behalf of whoever is signed in.
async fn azure(site: &Site, current: &Current) -> Value {
    let token = match current.access_token("azure-devops").await {
        Ok(token) => token,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let request = Request::get(format!("{}/_apis/profile/profiles/me?api-version=7.1", site.served.base_url()))
        .header(AUTHORIZATION, format!("Bearer {}", token.expose()))
        .body(Bytes::new());
    let Ok(request) = request else { return json!({ "error": "no request" }) };
    match site.azure.send(request).await {
        Ok(answer) if answer.status() == StatusCode::OK => serde_json::from_slice(answer.body()).unwrap_or_default(),
        Ok(answer) => json!({ "error": answer.status().as_u16() }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn ok(content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    Answer { status: StatusCode::OK, content_type, body: body.into() }
}

fn nothing(status: StatusCode) -> Answer {
    Answer { status, content_type: "text/plain", body: Bytes::new() }
}

const HTML: &str = "text/html; charset=utf-8";
