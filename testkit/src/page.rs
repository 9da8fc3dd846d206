//! What the pretend providers' pages have in common. Plain HTML and one small stylesheet: no script, nothing loaded
//! from anywhere, and every step a button or a link.

use admit::Image;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A whole page. `server` says whose it is, so that nobody takes it for the real one.
pub(crate) fn page(server: &str, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header role="note" {
                    strong { (server) } " No account is used, and nothing leaves this machine."
                }
                main { (content) }
            }
        }
    }
}

/// The picture, or the first letter of the name. Decoration either way: the name stands beside it.
pub(crate) fn face(name: &str, picture: Option<&Bytes>) -> Markup {
    let picture = match picture.cloned().and_then(Image::sniff) {
        Some(Image::Bytes { media_type, data }) => Some(format!("data:{media_type};base64,{}", STANDARD.encode(data))),
        _ => None,
    };
    html! {
        @match picture {
            Some(url) => img.face alt="" width="48" height="48" src=(url);
            None => span.face aria-hidden="true" { (name.chars().next().unwrap_or('?')) }
        }
    }
}

/// The way on for somebody who is not offered.
pub(crate) fn another_account(form: &Markup) -> Markup {
    html! { details { summary { "Use another account" } (form) } }
}

/// What that form holds, but for what is hidden.
pub(crate) fn account_field(name: &str) -> Markup {
    html! {
        label for="another" { "User name" }
        input id="another" name=(name) required autocomplete="off" autocapitalize="none" spellcheck="false";
        button.accept { "Next" }
    }
}

/// An answer that the browser posts (OAuth 2.0 Form Post Response Mode). Real pages post it by script; here a person
/// presses the button.
pub(crate) fn go_back(server: &str, action: &str, parameters: &[(String, String)]) -> Markup {
    page(
        server,
        "Back to the app",
        &html! {
            h1 { "Back to the app" }
            form.decision method="post" action=(action) {
                @for (name, value) in parameters { input type="hidden" name=(name) value=(value); }
                button.accept { "Continue" }
            }
        },
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark;--paper:#f5f4f0;--card:#fff;--ink:#1c2529;--soft:#57646a;--line:#d5d9d6;--accent:#17616a;--on-accent:#fff;--note:#fdf0c8}\
@media (prefers-color-scheme:dark){:root{--paper:#12181b;--card:#1b2327;--ink:#e8ecea;--soft:#a3b0b3;--line:#37434a;--accent:#7cc7cf;--on-accent:#0c2326;--note:#3d3415}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}\
header{background:var(--note);padding:.6rem 1rem;text-align:center}\
main{max-width:28rem;margin:8vh auto 2rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:14px}\
@media (max-width:30rem){main{margin:0;border:0;border-radius:0;padding:1.5rem 1.25rem}}\
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25}\
ul{margin:1rem 0;padding:0 0 0 1.2rem}\
.people{list-style:none;padding:0;display:grid;grid-template-columns:minmax(0,1fr);gap:.75rem}\
.person{display:grid;grid-template-columns:48px minmax(0,1fr);column-gap:1rem;align-items:center;width:100%;text-align:left}\
.chosen{margin:1rem 0}\
.face{grid-row:span 2;width:48px;height:48px;border-radius:50%;display:grid;place-items:center;background:var(--accent);color:var(--on-accent);font-weight:600;font-size:1.25rem}\
.name{font-weight:600;align-self:end}\
.about{color:var(--soft);font-size:.9rem;align-self:start;overflow-wrap:anywhere}\
button{font:inherit;color:inherit;background:none;border:1px solid var(--line);border-radius:10px;padding:.7rem 1.1rem;min-height:44px;cursor:pointer}\
button:hover{border-color:var(--accent)}\
button:focus-visible,a:focus-visible,input:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
.accept{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600}\
.decision{display:flex;gap:.75rem;margin-top:1.5rem}\
.decision button{flex:1}\
details{margin-top:1rem}\
summary{cursor:pointer;padding:.5rem 0}\
.another{display:grid;gap:.75rem;margin-top:.5rem}\
.another input:not([type=hidden]){font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:10px;padding:.6rem .8rem;min-height:44px}\
.scopes li{margin:.35rem 0}.scopes code{display:inline-block}\
code{color:var(--soft);font-size:.85em;overflow-wrap:anywhere}\
@media (max-width:30rem){.person{column-gap:.75rem;padding-inline:.6rem}}\
.why{border-left:4px solid var(--accent);padding-left:1rem;overflow-wrap:anywhere}\
a{color:var(--accent)}";
