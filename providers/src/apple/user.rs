//! The name that Apple sends with the browser, at a person's first sign-in.
//!
//! 1. `user` is JSON, and nobody signed it: the browser could say anything there. Of all that it holds the name alone is
//!    read, which is no more than a name to show.
//! 2. One that is odd is as good as none, and never stops a sign-in.
//! 3. What the ID token says stands.

use admit::Claims;

/// The claims of the ID token, with the name if one came.
pub(super) fn with_name(proven: &Claims, callback: &[(String, String)]) -> Claims {
    let mut claims = proven.clone();
    if claims.value("name").is_none()
        && let Some(name) = name(callback)
    {
        claims.insert("name", name);
    }
    claims
}

fn name(callback: &[(String, String)]) -> Option<String> {
    let mut found = callback.iter().filter(|(name, _)| name == "user").map(|(_, user)| user);
    let (Some(user), None) = (found.next(), found.next()) else { return None };
    let user = Claims::parse(user.as_bytes()).ok().filter(|_| user.len() <= LONGEST_USER)?;
    let parts = ["/name/firstName", "/name/lastName"].map(|part| user.text(part).map(str::trim));
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let is_plain = name.chars().count() <= LONGEST_NAME && !name.contains(is_odd);
    (is_plain && !name.is_empty()).then_some(name)
}

/// What is no part of a name: control characters, and those that turn the text around them.
fn is_odd(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const LONGEST_USER: usize = 2048;
const LONGEST_NAME: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(users: &[&str]) -> Option<String> {
        let callback: Vec<_> = users.iter().map(|user| ("user".to_owned(), (*user).to_owned())).collect();
        let proven = Claims::parse(br#"{"sub":"1"}"#).unwrap();
        with_name(&proven, &callback).text("name").map(str::to_owned)
    }

    #[test]
    fn the_name_is_the_two_parts_or_the_one_that_came() {
        for (user, expected) in [
            (r#"{"name":{"firstName":"Ada","lastName":"Byron"},"email":"ada@id.example"}"#, "Ada Byron"),
            (r#"{"name":{"firstName":" Ada ","lastName":""}}"#, "Ada"),
            (r#"{"name":{"lastName":"Byron"}}"#, "Byron"),
            (r#"{"name":{"firstName":"José","lastName":"Núñez-王"}}"#, "José Núñez-王"),
        ] {
            assert_eq!(named(&[user]).as_deref(), Some(expected), "{user}");
        }
    }

    #[test]
    fn a_name_that_is_odd_is_none() {
        let long = format!(r#"{{"name":{{"firstName":"{}"}}}}"#, "a".repeat(201));
        let padded = format!(r#"{{"name":{{"firstName":"Ada"}},"x":"{}"}}"#, "x".repeat(2048));
        for user in [
            "",
            "Ada",
            "[]",
            "{}",
            r#"{"name":"Ada"}"#,
            r#"{"name":{"firstName":7}}"#,
            r#"{"name":{"firstName":"   "}}"#,
            r#"{"name":{"firstName":"Ada\r\nSet-Cookie: x"}}"#,
            r#"{"name":{"firstName":"\u202eadA"}}"#,
            r#"{"name":{"firstName":"Ada\u2066"}}"#,
            r#"{"firstName":"Ada"}"#,
            &long,
            &padded,
        ] {
            assert_eq!(named(&[user]), None, "{user}");
        }
        let ada = r#"{"name":{"firstName":"Ada"}}"#;
        assert_eq!(named(&[ada, ada]), None);
        assert_eq!(named(&[]), None);
    }

    #[test]
    fn nothing_but_a_name_comes_of_it_and_the_token_has_the_last_word() {
        let user = r#"{"sub":"2","email":"ada@id.example","email_verified":true,"name":{"firstName":"Ada"}}"#;
        let callback = [("user".to_owned(), user.to_owned())];
        let proven = Claims::parse(br#"{"sub":"1"}"#).unwrap();
        let claims = with_name(&proven, &callback);
        assert_eq!(claims.as_map().keys().collect::<Vec<_>>(), ["name", "sub"]);
        assert_eq!(claims.text("sub"), Some("1"));
        let proven = Claims::parse(br#"{"sub":"1","name":"Bo"}"#).unwrap();
        assert_eq!(with_name(&proven, &callback), proven);
    }
}
