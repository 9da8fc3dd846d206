//! `GET …/account`: the page of one's account, pressed as a browser without script would press it.

mod changes;
mod guards;
mod notes;
mod shown;
mod wishes;

use admit::MemoryStore;
use bytes::Bytes;
use http::{Response, StatusCode};

use crate::support::{Browser, ORIGIN, Site, location};

const PATH: &str = "/api/auth/account";
const PAGE: &str = "https://app.example/api/auth/account";

/// Sessions in a store, and no users.
fn stored() -> Site {
    let store = MemoryStore::new();
    Site::with(|builder| builder.session_store(store.clone()).token_store(store))
}

/// The page, which is there.
async fn page(browser: &mut Browser<'_>) -> String {
    page_at(browser, PATH).await
}

async fn page_at(browser: &mut Browser<'_>, address: &str) -> String {
    let answer = browser.get(address.strip_prefix(ORIGIN).unwrap_or(address)).await;
    assert_eq!(answer.status(), StatusCode::OK, "{}", location(&answer));
    text(&answer)
}

fn text(answer: &Response<Bytes>) -> String {
    String::from_utf8(answer.body().to_vec()).unwrap()
}

/// What the page says has just happened, or offers first.
fn said(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("role=\"status\" tabindex=\"-1\" autofocus>")?;
    rest.split("</div>").next()
}

/// A form, as a browser reads it.
struct Form {
    /// Its path.
    action: String,
    fields: Vec<(String, String)>,
    button: String,
}

fn forms(html: &str) -> Vec<Form> {
    let value = |tag: &str, name: &str| {
        let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
        Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    };
    let one = |form: &str| {
        let form = form.split("</form>").next().unwrap();
        assert!(form.contains("method=\"post\""), "{form}");
        let inputs = form.split("<input").skip(1).map(|tag| tag.split('>').next().unwrap());
        let action = value(&format!(" {form}"), "action").unwrap();
        Form {
            action: action.strip_prefix(ORIGIN).expect("an action of the site").to_owned(),
            fields: inputs.map(|tag| (value(tag, "name").unwrap(), value(tag, "value").unwrap())).collect(),
            button: form.rsplit_once("</button>").unwrap().0.rsplit('>').next().unwrap().to_owned(),
        }
    };
    html.split("<form").skip(1).map(one).collect()
}

/// The first form whose action ends so.
fn form(html: &str, action: &str) -> Form {
    let found = forms(html).into_iter().find(|form| form.action.ends_with(action));
    found.unwrap_or_else(|| panic!("no form posts to {action}: {html}"))
}

fn has_form(html: &str, action: &str) -> bool {
    forms(html).iter().any(|form| form.action.ends_with(action))
}

/// Presses its button.
async fn press(browser: &mut Browser<'_>, form: &Form) -> Response<Bytes> {
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&form.action, &fields).await
}

/// Presses the button that ends the other session.
fn end_other(html: &str) -> Form {
    let is_one = |form: &Form| {
        let which = form.action.strip_prefix("/api/auth/sessions/").and_then(|rest| rest.strip_suffix("/end"));
        which.is_some_and(|which| !["others", "all"].contains(&which))
    };
    forms(html).into_iter().find(is_one).expect("a form for the other session")
}
