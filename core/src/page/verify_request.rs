//! The page after a sign-in link was sent.

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::html;

use super::Shell;
use crate::language::text;

/// The page that sends people to their mail. It does not repeat the address.
pub(crate) fn verify_request(shell: &Shell<'_>) -> Response<Bytes> {
    let content = html! {
        h1 { (shell.words.text(text::VERIFY_TITLE)) }
        p { (shell.words.text(text::VERIFY_SENT)) }
    };
    shell.page(StatusCode::OK, shell.words.text(text::VERIFY_TITLE), &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{document, shell};

    // The whole document once, as every page has it.
    #[test]
    fn the_page_says_where_to_look_and_leads_home() {
        insta::assert_snapshot!(document(&verify_request(&shell(&Theme::default()))), @r#"
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>Check your email · app.example.com</title>
        <style>…</style>
        </head>
        <body class="__next-auth-theme-auto">
        <div class="page">
        <main>
        <h1>Check your email</h1>
        <p>A sign in link has been sent to your email address.</p>
        </main>
        <footer>
        <a class="site" href="https://app.example.com">app.example.com</a>
        </footer>
        </div>
        </body>
        </html>
        "#);
    }
}
