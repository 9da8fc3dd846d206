//! What strangers hear of an organisation: that they need a token, and of which tenant.

use admit::http::{HttpRequest, HttpResponse};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderName, Method, StatusCode};

use super::data::Organization;
use super::{PretendAzureDevOps, answer};

impl PretendAzureDevOps {
    /// The answer to an anonymous `HEAD` of an organisation's own address; `None` for any other request.
    ///
    /// An organisation that is connected to no tenant has the tenant of all zeros.
    pub(super) fn to_a_stranger(&self, request: &HttpRequest) -> Option<HttpResponse> {
        let name = request.uri().path().trim_matches('/');
        if request.method() != Method::HEAD || request.headers().contains_key(AUTHORIZATION) || name.contains('/') {
            return None;
        }
        Some(match self.organization(name) {
            Some(organization) => refusal(organization.tenant.as_deref()),
            None => answer::empty(StatusCode::NOT_FOUND),
        })
    }

    fn organization(&self, name: &str) -> Option<&Organization> {
        let all = self.config.people.iter().flat_map(|person| &person.organizations);
        all.into_iter().find(|organization| organization.name.eq_ignore_ascii_case(name))
    }
}

fn refusal(tenant: Option<&str>) -> HttpResponse {
    let mut response = answer::empty(StatusCode::UNAUTHORIZED);
    answer::set(&mut response, WWW_AUTHENTICATE, "Bearer");
    if let Some(tenant) = tenant {
        let authority = format!("Bearer authorization_uri=https://login.microsoftonline.com/{tenant}");
        answer::set(&mut response, WWW_AUTHENTICATE, &authority);
    }
    answer::set(&mut response, WWW_AUTHENTICATE, "Basic realm=\"https://dev.azure.com/\"");
    answer::set(&mut response, WWW_AUTHENTICATE, "TFS-Federated");
    answer::set(&mut response, HeaderName::from_static("x-vss-resourcetenant"), tenant.unwrap_or(NO_TENANT));
    response
}

const NO_TENANT: &str = "00000000-0000-0000-0000-000000000000";

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::azure_devops::Person;
    use crate::render;

    async fn heard(path: &str) -> String {
        let ada = Person::new("ada", "Ada")
            .organization(Organization::new("connected").tenant("7a394543-62fd-4274-a7d2-8fac775942b6"))
            .organization(Organization::new("personal"));
        let azure = PretendAzureDevOps::builder("app", "a.b.c", "https://app.example/cb").person(ada).build();
        let request = http::Request::head(format!("https://dev.azure.com/{path}")).body(Bytes::new()).unwrap();
        render::response(&azure.handle(request).await.unwrap())
    }

    #[tokio::test]
    async fn a_stranger_hears_of_the_tenant_and_of_nothing_else() {
        insta::assert_snapshot!(heard("Connected").await, @r#"
        401 Unauthorized
        www-authenticate: Bearer
        www-authenticate: Bearer authorization_uri=https://login.microsoftonline.com/7a394543-62fd-4274-a7d2-8fac775942b6
        www-authenticate: Basic realm="https://dev.azure.com/"
        www-authenticate: TFS-Federated
        x-vss-resourcetenant: 7a394543-62fd-4274-a7d2-8fac775942b6
        "#);
        insta::assert_snapshot!(heard("personal/").await, @r#"
        401 Unauthorized
        www-authenticate: Bearer
        www-authenticate: Basic realm="https://dev.azure.com/"
        www-authenticate: TFS-Federated
        x-vss-resourcetenant: 00000000-0000-0000-0000-000000000000
        "#);
        insta::assert_snapshot!(heard("nowhere").await, @"404 Not Found");
    }
}
