//! What the pretend providers' pages have in common. They keep five rules:
//!
//! 1. They need no script and load nothing from anywhere; every step is a button or a link.
//! 2. Whose page it is, and that it is a stand-in, stands on top of each. No page looks like a real provider's.
//! 3. Text is escaped by its type (`maud`): names, addresses and parameters come from anybody.
//! 4. They cannot be framed or kept, and their policy admits exactly the one stylesheet.
//! 5. Each has one heading, one `main`, and reads at 4.5:1 in both schemes and at 320 CSS pixels.

mod look;
mod people;
mod step;
mod style;

use http::{HeaderName, HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use admit::http::HttpResponse;

pub(crate) use look::{AZURE_DEVOPS, ENTRA, Look, OPENID};
pub(crate) use people::Portrait;
pub(crate) use step::{another_account, decision, go_back, nobody, person_button, refused, scopes};

/// A whole page, and what is told of it where requests are listed.
pub(crate) struct Page {
    markup: Markup,
    told: String,
    is_for_developers: bool,
}

impl Page {
    /// A step on a person's way. `look` says whose it is, so that nobody takes it for the real one.
    pub(crate) fn step(look: &Look, title: &str, content: &Markup) -> Self {
        let body = html! {
            header.top { div.bar { (server(look)) (notice()) } }
            main.card { (content) }
            footer.end { a href="/" { "How this pretend server is set up" } }
        };
        Self {
            markup: document(look, &format!("{title} · {}", look.title()), "step", &body),
            told: format!("the page “{title}” was shown"),
            is_for_developers: false,
        }
    }

    /// A page for whoever writes the application. `here` is its address among those of the navigation.
    pub(crate) fn desk(look: &Look, title: &str, here: &str, content: &Markup) -> Self {
        let body = html! {
            a.skip href="#content" { "Skip to the content" }
            header.top {
                div.bar { (server(look)) (notice()) }
                nav aria-label="This server" {
                    @for (path, name) in PLACES {
                        a href=(path) aria-current=[(path == here).then_some("page")] { (name) }
                    }
                }
            }
            main.desk #content tabindex="-1" { (content) }
        };
        Self {
            markup: document(look, &format!("{title} · {}", look.title()), "tools", &body),
            told: String::new(),
            is_for_developers: true,
        }
    }

    /// With another word on it where requests are listed.
    pub(crate) fn telling(mut self, told: impl Into<String>) -> Self {
        self.told = told.into();
        self
    }

    /// Its HTML.
    pub(crate) fn into_string(self) -> String {
        self.markup.into_string()
    }

    pub(crate) fn into_response(self, status: StatusCode) -> HttpResponse {
        let mut policy = style::POLICY.clone();
        if self.is_for_developers {
            // The steps have none of it: it would stop the way back to the application.
            policy.push_str("; form-action 'self'");
        }
        let mut response = HttpResponse::new(self.markup.into_string().into());
        *response.status_mut() = status;
        response.extensions_mut().insert(Told(self.told));
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: HeaderValue| drop(headers.insert(name, value));
        set(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        set(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        set(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        set(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        set(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
        if self.is_for_developers {
            set(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        }
        if let Ok(policy) = HeaderValue::try_from(policy) {
            set(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// What is told of a page that was shown. It travels beside the answer and never leaves the process.
#[derive(Clone)]
pub(crate) struct Told(pub(crate) String);

fn document(look: &Look, title: &str, kind: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Without it browsers ask for /favicon.ico.
                link rel="icon" href="data:,";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(style::STYLE)) }
            }
            body class={ (look.class) " " (kind) } { (body) }
        }
    }
}

fn server(look: &Look) -> Markup {
    html! { p.server { span.pretend { "Pretend" } " " (look.name) } }
}

fn notice() -> Markup {
    html! { p.notice { "No account is used, and nothing leaves this machine." } }
}

/// The pages for developers, in the order of the navigation.
const PLACES: [(&str, &str); 4] = [(FRONT, "Overview"), (REQUESTS, "Requests"), (TOKENS, "Tokens"), (FAULTS, "Faults")];

/// Where the overview is.
pub(crate) const FRONT: &str = "/";
/// Where requests are listed.
pub(crate) const REQUESTS: &str = "/_pretend/requests";
/// Where tokens are shown.
pub(crate) const TOKENS: &str = "/_pretend/tokens";
/// Where faults are turned on and off.
pub(crate) const FAULTS: &str = "/_pretend/faults";
