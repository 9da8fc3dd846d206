//! The pages a person sees. Plain HTML and one small stylesheet: no script, nothing loaded from anywhere.

use admit::Image;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Config, Person, scopes};

/// The first page: who are you?
pub(super) fn who_are_you(config: &Config, query: &str) -> Markup {
    page(
        "Sign in",
        &html! {
            h1 { "Who are you today?" }
            p { strong { (config.app_name) } " asks you to sign in. Choose somebody to be." }
            form method="post" action="/_pretend/sign-in" {
                input type="hidden" name="request" value=(query);
                ul.people {
                    @for person in &config.people {
                        li { button.person name="login" value=(person.login) { (face(person)) (described(person)) } }
                    }
                }
            }
        },
    )
}

/// The second page: do you agree?
pub(super) fn consent(config: &Config, query: &str, person: &Person, scopes: &[String]) -> Markup {
    page(
        "Consent",
        &html! {
            h1 { "Let " (config.app_name) " in?" }
            div.person.chosen { (face(person)) (described(person)) }
            p { strong { (config.app_name) } " would be able to:" }
            ul.scopes {
                @for scope in scopes {
                    li { (scopes::in_words(scope).unwrap_or("Use the scope")) " " code { (scope) } }
                }
            }
            form.decision method="post" action="/_pretend/consent" {
                input type="hidden" name="request" value=(query);
                input type="hidden" name="login" value=(person.login);
                button.accept name="decision" value="accept" { "Accept" }
                button name="decision" value="deny" { "Deny" }
            }
        },
    )
}

/// The provider's own page for a request it does not answer.
pub(super) fn refused(why: &str) -> Markup {
    page(
        "Request refused",
        &html! {
            h1 { "The request was refused" }
            p { "The app asked in a way that Azure DevOps does not answer, so nothing was sent back to it:" }
            p.why role="alert" { (why) "." }
        },
    )
}

/// The page at the root.
pub(super) fn start(config: &Config) -> Markup {
    page(
        "Pretend Azure DevOps",
        &html! {
            h1 { "It runs" }
            p { "Start at your app: its sign-in leads here. These people can sign in:" }
            ul.people { @for person in &config.people { li.person { (face(person)) (described(person)) } } }
            p { a href="/_pretend/log" { "What was asked so far" } }
        },
    )
}

/// What comes with status 203 in place of data.
pub(super) fn sign_in_again() -> Markup {
    page("Azure DevOps Services | Sign In", &html! { h1 { "Sign in" } p { "The access token was not accepted." } })
}

/// What a gateway shows.
pub(super) fn gateway(status: StatusCode) -> Markup {
    page("Fault", &html! { h1 { (status) } p { "This fault was asked for." } })
}

fn page(title: &str, content: &Markup) -> Markup {
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
                    strong { "Pretend Azure DevOps." } " No account is used, and nothing leaves this machine."
                }
                main { (content) }
            }
        }
    }
}

fn described(person: &Person) -> Markup {
    html! {
        span.name { (person.display_name) } " "
        span.about { (person.email.as_deref().unwrap_or("no e-mail address")) }
    }
}

/// The picture, or the first letter of the name. Decoration either way: the name stands beside it.
fn face(person: &Person) -> Markup {
    let picture = match person.avatar.clone().and_then(Image::sniff) {
        Some(Image::Bytes { media_type, data }) => Some(format!("data:{media_type};base64,{}", STANDARD.encode(data))),
        _ => None,
    };
    html! {
        @match picture {
            Some(url) => img.face alt="" width="48" height="48" src=(url);
            None => span.face aria-hidden="true" { (person.display_name.chars().next().unwrap_or('?')) }
        }
    }
}

const STYLE: &str = "\
:root{color-scheme:light dark;--paper:#f5f4f0;--card:#fff;--ink:#1c2529;--soft:#57646a;--line:#d5d9d6;--accent:#17616a;--on-accent:#fff;--note:#fdf0c8}\
@media (prefers-color-scheme:dark){:root{--paper:#12181b;--card:#1b2327;--ink:#e8ecea;--soft:#a3b0b3;--line:#37434a;--accent:#7cc7cf;--on-accent:#0c2326;--note:#3d3415}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}\
header{background:var(--note);padding:.6rem 1rem;text-align:center}\
main{max-width:28rem;margin:8vh auto 2rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:14px}\
@media (max-width:30rem){main{margin:0;border:0;border-radius:0;padding:1.5rem}}\
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25}\
ul{margin:1rem 0;padding:0 0 0 1.2rem}\
.people{list-style:none;padding:0;display:grid;gap:.75rem}\
.person{display:grid;grid-template-columns:48px 1fr;column-gap:1rem;align-items:center;width:100%;text-align:left}\
.chosen{margin:1rem 0}\
.face{grid-row:span 2;width:48px;height:48px;border-radius:50%;display:grid;place-items:center;background:var(--accent);color:var(--on-accent);font-weight:600;font-size:1.25rem}\
.name{font-weight:600;align-self:end}\
.about{color:var(--soft);font-size:.9rem;align-self:start}\
button{font:inherit;color:inherit;background:none;border:1px solid var(--line);border-radius:10px;padding:.7rem 1.1rem;min-height:44px;cursor:pointer}\
button:hover{border-color:var(--accent)}\
button:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
.accept{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600}\
.decision{display:flex;gap:.75rem;margin-top:1.5rem}\
.decision button{flex:1}\
.scopes li{margin:.35rem 0}\
code{color:var(--soft);font-size:.85em;white-space:nowrap}\
.why{border-left:4px solid var(--accent);padding-left:1rem;overflow-wrap:anywhere}\
a{color:var(--accent)}";
