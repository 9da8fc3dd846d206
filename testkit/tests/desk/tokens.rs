//! The token inspector.

use crate::servers::Server;

#[tokio::test]
async fn the_claims_of_what_was_given_out_are_shown_with_their_meanings() {
    for server in Server::all() {
        assert!(server.page("/_pretend/tokens").await.contains("No token was given out yet."));
        let (login, name) = if server.name() == "openid" { ("ada", "Ada Byron") } else { ("norma", "Norma Paulk") };
        server.sign_in(login).await;
        let content = server.content("/_pretend/tokens").await;
        assert!(content.contains(&format!("For {name}, by a code, at ")), "{content}");
        insta::assert_snapshot!(format!("{}_tokens", server.name()), without_tokens(&content));
    }
}

/// Signed texts are long, and what is in them stands beside them.
fn without_tokens(content: &str) -> String {
    content.lines().map(|line| if line.len() > 600 { "<code>…</code>" } else { line }).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn only_so_many_answers_are_kept() {
    for server in Server::all() {
        for _ in 0..25 {
            server.sign_in("bo").await;
        }
        let page = server.page("/_pretend/tokens").await;
        assert_eq!(page.matches(", by a code, at ").count(), 20, "{}", server.name());
    }
}
