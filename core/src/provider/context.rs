//! What a provider's methods are handed besides their subject.

use crate::http::{BODY_LIMIT, DEADLINE, HttpError};
use crate::oauth::retry_after;
use crate::oidc::OpenId;
use crate::provider::{Endpoint, Metadata, OAuthProvider, ProviderError};
use crate::{Claims, Clock, HttpClient, HttpRequest, HttpResponse, Secret, Timestamp};

/// The surroundings of one exchange with a provider.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ProviderContext<'a> {
    /// The id under which the provider stands, for logs.
    pub provider: &'a str,
    /// The client id.
    pub client_id: &'a str,
    /// The clock.
    pub clock: &'a dyn Clock,
    pub(crate) http: &'a dyn HttpClient,
    metadata: Option<&'a Metadata>,
    pub(crate) openid: Option<&'a OpenId>,
}

impl<'a> ProviderContext<'a> {
    /// A context, for testing a provider by itself.
    pub fn new(provider: &'a str, client_id: &'a str, clock: &'a dyn Clock, http: &'a dyn HttpClient) -> Self {
        Self { provider, client_id, clock, http, metadata: None, openid: None }
    }

    /// With what the issuer says of itself.
    #[must_use]
    pub fn with(mut self, metadata: Option<&'a Metadata>) -> Self {
        self.metadata = metadata;
        self
    }

    /// With the issuer by whose keys answers are verified.
    pub(crate) fn trusting(mut self, openid: Option<&'a OpenId>) -> Self {
        self.openid = openid;
        self
    }

    /// With another client for its requests.
    pub(crate) fn by(mut self, http: &'a dyn HttpClient) -> Self {
        self.http = http;
        self
    }

    /// What the issuer says of itself, if the provider speaks OpenID Connect.
    pub fn metadata(&self) -> Option<&'a Metadata> {
        self.metadata
    }

    /// Where tokens are exchanged: the description's word, else the issuer's.
    pub(crate) fn token_endpoint(&self, config: &'a OAuthProvider) -> Option<&'a str> {
        let published = || Some(self.metadata?.token_endpoint.as_str());
        config.token_endpoint.as_deref().or_else(published)
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends a request, within the bounds of [`HttpClient`]. A 429 and every 5xx come back as
    /// [`ProviderError::Unavailable`].
    ///
    /// # Errors
    /// When there is no answer, or none that is worth reading.
    pub async fn send(&self, endpoint: Endpoint, request: HttpRequest) -> Result<HttpResponse, ProviderError> {
        let answer = tokio::select! {
            answer = self.http.send(request) => answer,
            () = self.clock.sleep(DEADLINE) => Err(HttpError::Timeout(DEADLINE)),
        };
        let unavailable =
            |source| ProviderError::Unavailable { endpoint, status: None, retry_after: None, source: Some(source) };
        let answer = answer.map_err(unavailable)?;
        if answer.body().len() > BODY_LIMIT {
            return Err(unavailable(HttpError::TooLarge(BODY_LIMIT)));
        }
        let status = answer.status();
        tracing::debug!(provider = self.provider, %endpoint, status = status.as_u16(), "provider answered");
        if status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS {
            return Err(ProviderError::Unavailable {
                endpoint,
                status: Some(status.as_u16()),
                retry_after: retry_after(answer.headers(), self.now()),
                source: None,
            });
        }
        Ok(answer)
    }

    /// Reads a JSON object with the access token as bearer (RFC 6750 §2.1). It counts only with status 200 and a JSON
    /// body: 203 and redirects are how some servers show a sign-in page.
    ///
    /// # Errors
    /// When the token is not accepted, or the answer is none.
    pub async fn get_json(&self, url: &str, access_token: &Secret) -> Result<Claims, ProviderError> {
        let request = http::Request::get(url)
            .header(http::header::ACCEPT, "application/json")
            .header(http::header::AUTHORIZATION, bearer(access_token)?)
            .body(bytes::Bytes::new())
            .map_err(|error| ProviderError::Request(error.to_string()))?;
        self.read_json(&self.send(Endpoint::Userinfo, request).await?)
    }

    /// The second half of [`get_json`](Self::get_json), for requests that need other headers.
    ///
    /// # Errors
    /// As there.
    pub fn read_json(&self, answer: &HttpResponse) -> Result<Claims, ProviderError> {
        let status = answer.status().as_u16();
        let endpoint = Endpoint::Userinfo;
        match status {
            200 => Claims::parse(answer.body()).map_err(|error| ProviderError::Unexpected {
                endpoint,
                status,
                what: "no JSON object".to_owned(),
                source: Some(error),
            }),
            203 | 300..=399 | 401 | 403 => Err(ProviderError::TokenRejected { endpoint, status }),
            _ => Err(ProviderError::Unexpected {
                endpoint,
                status,
                what: "not the status of a success".to_owned(),
                source: None,
            }),
        }
    }
}

/// The `Authorization` header for an access token (RFC 6750 §2.1), marked as sensitive.
///
/// For providers whose userinfo request needs more headers than [`ProviderContext::get_json`] sends.
///
/// # Errors
/// When the token holds characters that no header can.
pub fn bearer(access_token: &Secret) -> Result<http::HeaderValue, ProviderError> {
    let mut value = http::HeaderValue::try_from(format!("Bearer {}", access_token.expose()))
        .map_err(|_| ProviderError::Request("the access token does not fit a header".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}
