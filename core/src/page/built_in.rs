//! The document that a built-in page is.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::logo::Logo;
use super::{Frame, Page};
use crate::ColorScheme;

/// The document of a page, around that content, with that stylesheet.
pub(super) fn document(frame: &Frame<'_>, page: &Page, content: &Markup, css: &str) -> String {
    let logo = frame.theme.logo.as_deref().and_then(Logo::parse);
    let document = html! {
        (DOCTYPE)
        html lang=(frame.words.tag()) dir=[frame.words.is_right_to_left().then_some("rtl")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Without it browsers ask for /favicon.ico, which is not ours to answer.
                link rel="icon" href="data:,";
                meta name="color-scheme" content=(color_scheme(frame.theme.color_scheme));
                meta name="robots" content="noindex";
                title { (page.title()) " · " (frame.app) }
                style { (PreEscaped(css)) }
            }
            body class=(body_class(frame.theme.color_scheme)) {
                div.page {
                    main class=[page.is_wide().then_some("wide")] {
                        @if let Some(logo) = &logo { img.logo src=(logo.src) alt=(frame.app); }
                        (content)
                    }
                    footer { a.site href=(frame.home) { (frame.host) } }
                }
            }
        }
    };
    document.into_string()
}

pub(super) fn color_scheme(scheme: ColorScheme) -> &'static str {
    match scheme {
        ColorScheme::Auto => "light dark",
        ColorScheme::Light => "light",
        ColorScheme::Dark => "dark",
    }
}

fn body_class(scheme: ColorScheme) -> &'static str {
    match scheme {
        ColorScheme::Auto => "__next-auth-theme-auto",
        ColorScheme::Light => "__next-auth-theme-light",
        ColorScheme::Dark => "__next-auth-theme-dark",
    }
}
