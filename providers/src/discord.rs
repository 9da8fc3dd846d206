//! Discord.
//!
//! **Registration:** <https://discord.com/developers/applications>, "OAuth2".
//!
//! **Callback URL:** `https://<your host>/api/auth/callback/discord`; `http://localhost:<port>/…` for development.
//!
//! **Environment:** `AUTH_DISCORD_ID`, `AUTH_DISCORD_SECRET`, `AUTH_DISCORD_SCOPE`.
//!
//! **Scopes:** `identify email`.
//!
//! **Quirks**, with where they are written down:
//! 1. The picture comes as a hash; its address is made of it. A hash that begins with `a_` is of an animation. Who has
//!    no picture has one of Discord's own ([images]).
//! 2. `verified` says whether the address was checked ([user]).
//! 3. A refresh brings a new refresh token ([refresh]).
//! 4. Voiding one token voids all that the application has of the person ([revocation], [all]).
//!
//! [images]: https://discord.com/developers/docs/reference#image-formatting
//! [user]: https://discord.com/developers/docs/resources/user#user-object
//! [refresh]: https://discord.com/developers/docs/topics/oauth2#authorization-code-grant
//! [revocation]: https://discord.com/developers/docs/topics/oauth2#authorization-code-grant-token-revocation-example
//! [all]: https://github.com/discord/discord-api-docs/pull/7670

use admit::provider::{Mark, Shape};
use admit::{Claims, Client, Email, OAuthProvider, Profile, ProfileError};

/// Signs people in with their Discord account.
///
/// ```
/// use admit::Client;
/// use admit_providers::discord;
///
/// let provider = discord(Client::env());
/// assert_eq!(provider.requested_scopes(), ["identify", "email"]);
/// ```
pub fn discord(client: Client) -> OAuthProvider {
    OAuthProvider::oauth2("discord", "Discord", client)
        .mark(MARK)
        .authorization_endpoint("https://discord.com/oauth2/authorize")
        .token_endpoint("https://discord.com/api/oauth2/token")
        .userinfo_endpoint("https://discord.com/api/users/@me")
        .revocation_endpoint("https://discord.com/api/oauth2/token/revoke")
        .revocation_ends_all(true)
        .rotates_refresh_tokens(true)
        .default_scopes(["identify", "email"])
        .profile(profile)
}

fn profile(source: &Claims) -> Result<Profile, ProfileError> {
    let id = source.id("id")?;
    let checked = source.flag("verified") == Some(true);
    let email = source.text("email").map(if checked { Email::verified } else { Email::unverified });
    Ok(Profile::new(id.as_str())
        .name(source.text("global_name").or_else(|| source.text("username")))
        .email(email)
        .image_url(picture(source, &id)))
}

fn picture(source: &Claims, id: &str) -> Option<String> {
    if let Some(hash) = source.text("avatar") {
        let kind = if hash.starts_with("a_") { "gif" } else { "png" };
        return Some(format!("{IMAGES}/avatars/{id}/{hash}.{kind}"));
    }
    // People with a discriminator have one of five pictures, all others one of six by the age of their account.
    let number = match source.text("discriminator").and_then(|text| text.parse::<u64>().ok()) {
        None | Some(0) => (id.parse::<u64>().ok()? >> 22) % 6,
        Some(discriminator) => discriminator % 5,
    };
    Some(format!("{IMAGES}/embed/avatars/{number}.png"))
}

const IMAGES: &str = "https://cdn.discordapp.com";
/// From Simple Icons 11.15 (https://simpleicons.org, CC0 1.0), with rounded numbers.
const MARK: Mark = Mark::new(
    [0, 0, 24, 24],
    &[Shape::Colored(
        [0x58, 0x65, 0xf2],
        "M20.32 4.37a20 20 0 0 0-4.89-1.52.1.1 0 0 0-.08.04c-.2.38-.44.87-.6 1.25a18 18 0 0 0-5.5 0\
         c-.16-.4-.4-.87-.6-1.25a.1.1 0 0 0-.09-.04 20 20 0 0 0-4.88 1.52l-.04.03A20.3 20.3 0 0 0 .1 18.06l.03.05\
         a20 20 0 0 0 6 3.03l.08-.02q.7-.95 1.22-2a.1.1 0 0 0-.04-.1 13 13 0 0 1-1.87-.9.1.1 0 0 1 0-.12l.36-.3h.08\
         a14.2 14.2 0 0 0 12.06 0h.08l.37.3a.1.1 0 0 1 0 .12 12 12 0 0 1-1.88.9.1.1 0 0 0-.04.1q.55 1.05 1.23 2\
         l.08.02a20 20 0 0 0 6-3.03l.04-.05c.5-5.18-.84-9.68-3.55-13.66zM8.02 15.33c-1.18 0-2.16-1.08-2.16-2.42\
         s.96-2.42 2.16-2.42 2.18 1.1 2.16 2.42c0 1.34-.96 2.42-2.16 2.42m7.97 0c-1.18 0-2.15-1.08-2.15-2.42\
         s.95-2.42 2.15-2.42c1.22 0 2.18 1.1 2.16 2.42 0 1.34-.94 2.42-2.16 2.42",
    )],
);

#[cfg(test)]
mod tests {
    use admit::Image;

    use super::*;

    fn read(json: &str) -> Profile {
        profile(&Claims::parse(json.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn the_picture_is_the_persons_own_or_one_of_discords() {
        for (json, expected) in [
            (r#"{"id":"1","avatar":"beef"}"#, "https://cdn.discordapp.com/avatars/1/beef.png"),
            (r#"{"id":"1","avatar":"a_beef"}"#, "https://cdn.discordapp.com/avatars/1/a_beef.gif"),
            (
                r#"{"id":"29360128","avatar":null,"discriminator":"0"}"#,
                "https://cdn.discordapp.com/embed/avatars/1.png",
            ),
            (r#"{"id":"29360128"}"#, "https://cdn.discordapp.com/embed/avatars/1.png"),
            (r#"{"id":"1","discriminator":"0007"}"#, "https://cdn.discordapp.com/embed/avatars/2.png"),
        ] {
            assert_eq!(read(json).image, Some(Image::Url(expected.to_owned())), "{json}");
        }
        assert_eq!(read(r#"{"id":"not a number"}"#).image, None);
    }

    #[test]
    fn an_address_is_verified_only_where_discord_says_so() {
        for (verified, expected) in [("true", true), ("false", false), ("null", false)] {
            let profile = read(&format!(r#"{{"id":"1","email":"mona@example.com","verified":{verified}}}"#));
            assert_eq!(profile.email.map(|email| email.is_verified()), Some(expected), "{verified}");
        }
        assert_eq!(read(r#"{"id":"1","email":"mona@example.com"}"#).email, Some(Email::unverified("mona@example.com")));
    }

    #[test]
    fn the_name_to_show_comes_before_the_name_to_log_in_with() {
        assert_eq!(read(r#"{"id":"1","username":"mona","global_name":"Mona L."}"#).name.as_deref(), Some("Mona L."));
        assert_eq!(read(r#"{"id":"1","username":"mona","global_name":null}"#).name.as_deref(), Some("mona"));
    }
}
