//! The message by which a client says that a token is not needed any more (RFC 7009).

use http::StatusCode;

use super::answer::{members, unexpected};
use super::client_auth::authenticated_post_to;
use crate::provider::{
    ClientAuthentication, Endpoint, OAuthProvider, Parameters, ProviderContext, ProviderError, RevocationRequest,
    same_word,
};
use crate::{HttpRequest, HttpResponse};

/// The request (§2.1). The client proves itself as at the token endpoint, unless the issuer says otherwise of this one.
pub(crate) fn request(
    config: &OAuthProvider,
    cx: &ProviderContext<'_>,
    revocation: &RevocationRequest<'_>,
    client: &ClientAuthentication,
) -> Result<HttpRequest, ProviderError> {
    let mut form = Parameters::default();
    form.set("token", revocation.token.expose());
    form.set("token_type_hint", if revocation.is_refresh_token { "refresh_token" } else { "access_token" });
    let metadata = cx.metadata();
    let own = metadata.and_then(|metadata| metadata.revocation_auth_methods.as_deref());
    let offered = own.or_else(|| metadata?.client_auth_methods.as_deref());
    authenticated_post_to(revocation.endpoint, form, config, cx, client, offered)
}

/// What the answer means (§2.2): a 200 says that the token counts no more, whether it ever did or not, and its body says
/// nothing; but for servers that put their errors there. Some call a token that is unknown to them an error, and it is
/// what was wanted.
pub(crate) fn read(response: &HttpResponse) -> Result<(), ProviderError> {
    let is_done = matches!(response.status(), StatusCode::OK | StatusCode::NO_CONTENT);
    match members(Endpoint::Revocation, response) {
        Err(ProviderError::Refused { code, .. }) if same_word(&code, "invalid_token") => Ok(()),
        Err(error @ ProviderError::Refused { .. }) => Err(error),
        _ if is_done => Ok(()),
        Ok(_) => Err(unexpected(Endpoint::Revocation, response, "not the status of a success")),
        Err(error) => Err(error),
    }
}

/// Whether the server voids no tokens of that kind (§2.2.1).
pub(crate) fn is_unsupported(error: &ProviderError) -> bool {
    matches!(error.first(), ProviderError::Refused { code, .. } if same_word(code, "unsupported_token_type"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_is_its_status_and_an_error_its_code() {
        let answer = |status: u16, body: &str| {
            let response = http::Response::builder().status(status).body(body.to_owned().into()).unwrap();
            read(&response).map_err(|error| (error.to_string(), is_unsupported(&error)))
        };
        for (status, body) in [
            (200, ""),
            (200, "{}"),
            (200, "null"),
            (200, "<html>"),
            (204, ""),
            (400, r#"{"error":"invalid_token","error_description":"Token expired or revoked"}"#),
        ] {
            assert_eq!(answer(status, body), Ok(()), "{status} {body}");
        }
        for (status, body, unsupported) in [
            (400, r#"{"error":"unsupported_token_type"}"#, true),
            (400, r#"{"error":"invalid_request"}"#, false),
            (401, r#"{"error":"invalid_client"}"#, false),
            (200, r#"{"error":"invalid_client"}"#, false),
            (400, "{}", false),
            (404, "<html>", false),
            (302, "", false),
            (203, "<html>sign in</html>", false),
        ] {
            assert_eq!(answer(status, body).unwrap_err().1, unsupported, "{status} {body}");
        }
    }
}
