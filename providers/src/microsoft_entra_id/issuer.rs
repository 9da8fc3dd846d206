//! Whose tokens count: the issuer, where it depends on the person's tenant.
//!
//! 1. The document of many tenants names its issuer as a template, `…/{tenantid}/v2.0`; that of one tenant names it as
//!    it is. Either must be the configured authority's, and no other's.
//! 2. A token's `iss` is the document's, with the token's own `tid` in place of the template's; `tid` is a GUID.
//! 3. The key that signed the token has an issuer, too, a template or not, and must be that of the token. It keeps a
//!    key for personal accounts from signing for a company. A key whose issuer is the template signs for every tenant,
//!    and so does one for companies.
//! 4. `organizations` lets no personal account in.
//! 5. Where a list of tenants was given, the person's is on it.
//!
//! <https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer>

use admit::Claims;
use admit::provider::{IdTokenError, IssuerError};

use super::authority::{Authority, V1_HOST};
use super::guid::{guid, is_guid};
use super::tenant::{CONSUMERS, Tenant};

/// Rule 1, for the `issuer` of the discovery document.
pub(super) fn check_document(authority: &Authority, found: &str) -> Result<(), IssuerError> {
    let tid = match (&authority.tenant, authority.only_tenant()) {
        (_, Some(tid)) => tid.to_owned(),
        (Tenant::Domain(_), _) => tenant_of(authority, found).unwrap_or_else(|| PLACEHOLDER.to_owned()),
        (_, None) => return check_template(authority, found),
    };
    match authority.issuers(&tid) {
        issuers if issuers.iter().any(|issuer| issuer == found) && guid(&tid).is_some() => Ok(()),
        issuers => Err(IssuerError::mismatch(&issuers.join(" or "), found)),
    }
}

/// Rules 2 to 5, for a token whose signature holds. `document` is the `issuer` of the discovery document.
pub(super) fn check_token(
    authority: &Authority,
    allowed: Option<&[String]>,
    document: &str,
    key_issuer: Option<&str>,
    claims: &Claims,
) -> Result<(), IdTokenError> {
    let claim = |name| claims.text(name).ok_or(IdTokenError::Missing(name));
    let (iss, tid) = (claim("iss")?, claim("tid")?);
    let refused = |what: &str| Err(IdTokenError::Issuer(IssuerError::new(what)));
    if iss.strip_prefix("https://").is_some_and(|rest| rest.split('/').next() == Some(V1_HOST)) {
        return refused("it is a v1.0 token; set requestedAccessTokenVersion, and an issuer that ends in /v2.0");
    }
    if !is_guid(tid) {
        return Err(IdTokenError::Malformed("tid"));
    }
    let expected = filled(document, tid);
    if expected != iss {
        return Err(IdTokenError::Issuer(IssuerError::mismatch(&expected, iss)));
    }
    if !authority.issuers(tid).iter().any(|issuer| issuer == iss) {
        return refused("its issuer and its tenant (`tid`) are not the same");
    }
    match key_issuer.map(|issuer| filled(issuer, tid)) {
        Some(issuer) if issuer == iss => {}
        Some(_) => return refused("the key that signed it belongs to another issuer"),
        None if authority.tenant.is_of_many() => return refused("the key that signed it does not say whose it is"),
        None => {}
    }
    check_tenant(authority, allowed, &tid.to_ascii_lowercase())
}

/// Whether an answer to the browser that names its issuer (RFC 9207 §2.4) is from whom the trip was begun with. The
/// ID token then has to name the same.
pub(super) fn check_answer(authority: &Authority, document: &str, found: &str) -> Result<(), IssuerError> {
    match tenant_of(authority, found) {
        Some(tid) if filled(document, &tid) == found => Ok(()),
        _ => Err(IssuerError::mismatch(document, found)),
    }
}

fn check_template(authority: &Authority, found: &str) -> Result<(), IssuerError> {
    // The case of the placeholder is Microsoft's to choose.
    let same = |issuer: &String| filled(found, PLACEHOLDER) == *issuer && found.len() == issuer.len();
    let issuers = authority.issuers(PLACEHOLDER);
    let matches = issuers.iter().any(same);
    matches.then_some(()).ok_or_else(|| IssuerError::mismatch(&issuers.join(" or "), found))
}

fn check_tenant(authority: &Authority, allowed: Option<&[String]>, tid: &str) -> Result<(), IdTokenError> {
    let refused = |why: String| Err(IdTokenError::OrganizationNotAllowed(why));
    if authority.tenant == Tenant::Organizations && tid == CONSUMERS {
        return refused("it is a personal account, and \"organizations\" are for work and school accounts".to_owned());
    }
    match allowed {
        Some(allowed) if !allowed.iter().any(|known| known == tid) => {
            refused(format!("the tenant {tid} is not among the allowed_tenants"))
        }
        _ => Ok(()),
    }
}

/// The tenant that an issuer's path names, as it is written there.
fn tenant_of(authority: &Authority, issuer: &str) -> Option<String> {
    let tid = issuer.strip_suffix("/v2.0")?.rsplit('/').next().filter(|tid| is_guid(tid))?;
    authority.issuers(tid).iter().any(|known| known == issuer).then(|| tid.to_owned())
}

/// An issuer with the tenant in the place of its placeholder, if it has one.
fn filled(issuer: &str, tid: &str) -> String {
    let lower = issuer.to_ascii_lowercase();
    let cut = lower.find(PLACEHOLDER).and_then(|at| Some((issuer.get(..at)?, issuer.get(at + PLACEHOLDER.len()..)?)));
    cut.map_or_else(|| issuer.to_owned(), |(before, behind)| format!("{before}{tid}{behind}"))
}

const PLACEHOLDER: &str = "{tenantid}";

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const B: &str = "11111111-2222-4333-8444-555555555555";
    const TEMPLATE: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";

    fn authority(text: &str) -> Authority {
        Authority::parse(text).unwrap()
    }

    fn global(tenant: &str) -> Authority {
        authority(&format!("https://login.microsoftonline.com/{tenant}/v2.0"))
    }

    fn of(tid: &str) -> String {
        format!("https://login.microsoftonline.com/{tid}/v2.0")
    }

    fn token(
        authority: &Authority,
        document: &str,
        key: Option<&str>,
        iss: &str,
        tid: &str,
    ) -> Result<(), IdTokenError> {
        let mut claims = Claims::default();
        claims.insert("iss", iss);
        claims.insert("tid", tid);
        check_token(authority, None, document, key, &claims)
    }

    #[test]
    fn the_document_of_many_tenants_is_a_template_on_the_same_host() {
        // azure.md T59
        for tenant in ["common", "organizations"] {
            check_document(&global(tenant), TEMPLATE).unwrap();
            check_document(&global(tenant), "https://login.microsoftonline.com/{TenantId}/v2.0").unwrap();
            for wrong in [
                "https://login.microsoftonline.us/{tenantid}/v2.0",
                "https://login.microsoftonline.com/{tenantid}/v2.0/",
                "https://login.microsoftonline.com/{tenant}/v2.0",
                "https://evil.example/{tenantid}/v2.0",
                "https://login.microsoftonline.com/{tenantid}/{tenantid}/v2.0",
                "https://sts.windows.net/{tenantid}/",
                &of(A),
                "",
            ] {
                assert!(check_document(&global(tenant), wrong).is_err(), "{wrong}");
            }
        }
        // Nor is a template one tenant's.
        for tenant in [A, "consumers", "contoso.example"] {
            assert!(check_document(&global(tenant), TEMPLATE).is_err(), "{tenant}");
        }
    }

    #[test]
    fn the_document_of_one_tenant_is_that_tenants() {
        // azure.md T71
        check_document(&global(A), &of(A)).unwrap();
        check_document(&global("consumers"), &of(CONSUMERS)).unwrap();
        check_document(&global("contoso.onmicrosoft.com"), &of(A)).unwrap();
        for (tenant, wrong) in [
            (A, of(B)),
            (A, of(&A.to_ascii_uppercase())),
            ("consumers", of(A)),
            ("contoso.onmicrosoft.com", "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0".to_owned()),
            ("contoso.onmicrosoft.com", format!("https://login.microsoftonline.us/{A}/v2.0")),
            ("contoso.onmicrosoft.com", of("00000000-0000-0000-0000-000000000000")),
        ] {
            assert!(check_document(&global(tenant), &wrong).is_err(), "{tenant} {wrong}");
        }
    }

    #[test]
    fn an_external_tenants_document_names_it_by_its_identifier() {
        // azure.md T73
        let (by_id, by_domain) = (
            authority(&format!("https://contoso.ciamlogin.com/{A}/v2.0")),
            authority("https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0"),
        );
        let issuer = |host: &str, tid: &str| format!("https://{host}.ciamlogin.com/{tid}/v2.0");
        for external in [&by_id, &by_domain] {
            check_document(external, &issuer(A, A)).unwrap();
            check_document(external, &issuer("contoso", A)).unwrap();
            for wrong in [issuer(B, A), issuer(A, "contoso.onmicrosoft.com"), issuer("fabrikam", A), of(A)] {
                assert!(check_document(external, &wrong).is_err(), "{wrong}");
            }
        }
        assert!(check_document(&by_id, &issuer(B, B)).is_err());
        token(&by_domain, &issuer(A, A), Some(&issuer(A, A)), &issuer(A, A), A).unwrap();
        assert!(token(&by_domain, &issuer(A, A), None, &issuer(B, B), B).is_err());
    }

    #[test]
    fn a_token_is_its_tenants_own() {
        // azure.md T61, T62, T70, T74, ENT-008
        let common = global("common");
        token(&common, TEMPLATE, Some(TEMPLATE), &of(A), A).unwrap();
        for (iss, tid) in [
            (of(A), B.to_owned()),
            (of(A), A.to_ascii_uppercase()),
            (of("common"), "common".to_owned()),
            (of("../x"), "../x".to_owned()),
            (of(A), String::new()),
            (TEMPLATE.to_owned(), "{tenantid}".to_owned()),
            (of(""), "00000000".to_owned()),
            (format!("https://login.microsoftonline.com/{A}/v2.0/"), A.to_owned()),
            (format!("https://login.microsoftonline.us/{A}/v2.0"), A.to_owned()),
            (format!("https://contoso.b2clogin.com/{A}/v2.0/"), A.to_owned()),
            (format!("https://evil.example/{A}/v2.0"), A.to_owned()),
        ] {
            assert!(token(&common, TEMPLATE, Some(TEMPLATE), &iss, &tid).is_err(), "{iss} {tid}");
        }
        let v1 = token(&common, TEMPLATE, Some(TEMPLATE), &format!("https://sts.windows.net/{A}/"), A).unwrap_err();
        assert!(format!("{:?}", v1).contains("v1.0 token"), "{v1:?}");
    }

    #[test]
    fn a_domain_is_pinned_to_the_tenant_that_the_document_names() {
        let domain = global("contoso.onmicrosoft.com");
        token(&domain, &of(A), Some(TEMPLATE), &of(A), A).unwrap();
        assert!(token(&domain, &of(A), Some(TEMPLATE), &of(B), B).is_err());
    }

    #[test]
    fn a_key_signs_for_its_own_issuer_only() {
        // ENT-007, azure.md T63
        let common = global("common");
        token(&common, TEMPLATE, Some(&of(A)), &of(A), A).unwrap();
        token(&common, TEMPLATE, Some("https://login.microsoftonline.com/{TENANTID}/v2.0"), &of(A), A).unwrap();
        for key in [
            Some(of(CONSUMERS)),
            Some(of(B)),
            Some("https://login.microsoftonline.us/{tenantid}/v2.0".to_owned()),
            None,
        ] {
            assert!(token(&common, TEMPLATE, key.as_deref(), &of(A), A).is_err(), "{key:?}");
        }
        // A company's key, and a personal account's token.
        assert!(token(&common, TEMPLATE, Some(&of(A)), &of(CONSUMERS), CONSUMERS).is_err());
        // One tenant's own document is enough where its keys say nothing.
        token(&global(A), &of(A), None, &of(A), A).unwrap();
        assert!(token(&global(A), &of(A), Some(&of(B)), &of(A), A).is_err());
    }

    #[test]
    fn personal_accounts_and_organizations_are_kept_apart() {
        // ENT-006, azure.md T64
        token(&global("common"), TEMPLATE, Some(&of(CONSUMERS)), &of(CONSUMERS), CONSUMERS).unwrap();
        let error = token(&global("organizations"), TEMPLATE, Some(TEMPLATE), &of(CONSUMERS), CONSUMERS).unwrap_err();
        assert!(matches!(error, IdTokenError::OrganizationNotAllowed(_)), "{error}");
        assert!(token(&global("consumers"), &of(CONSUMERS), Some(&of(CONSUMERS)), &of(A), A).is_err());
    }

    #[test]
    fn every_cloud_has_its_own_issuers() {
        // azure.md T72
        for host in ["login.microsoftonline.us", "login.partner.microsoftonline.cn"] {
            let cloud = authority(&format!("https://{host}/organizations/v2.0"));
            let template = format!("https://{host}/{{tenantid}}/v2.0");
            check_document(&cloud, &template).unwrap();
            assert!(check_document(&cloud, TEMPLATE).is_err());
            token(&cloud, &template, Some(&template), &format!("https://{host}/{A}/v2.0"), A).unwrap();
            assert!(token(&cloud, &template, Some(&template), &of(A), A).is_err());
        }
    }

    #[test]
    fn a_list_of_tenants_lets_in_those_on_it() {
        // ENT-005
        let claims = |tid: &str| {
            let mut claims = Claims::default();
            claims.insert("iss", of(tid));
            claims.insert("tid", tid);
            claims
        };
        let allowed = [A.to_owned()];
        let judge = |tid: &str| check_token(&global("common"), Some(&allowed), TEMPLATE, Some(TEMPLATE), &claims(tid));
        judge(A).unwrap();
        judge(&A.to_ascii_uppercase()).unwrap();
        let error = judge(B).unwrap_err().to_string();
        assert!(error.contains(B) && error.contains("allowed_tenants"), "{error}");
    }

    #[test]
    fn an_answer_to_the_browser_may_name_any_tenant_of_a_template_and_nobody_else() {
        let common = global("common");
        check_answer(&common, TEMPLATE, &of(A)).unwrap();
        for wrong in
            [TEMPLATE, &of("x"), "https://login.microsoftonline.us/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0", ""]
        {
            assert!(check_answer(&common, TEMPLATE, wrong).is_err(), "{wrong}");
        }
        check_answer(&global(A), &of(A), &of(A)).unwrap();
        assert!(check_answer(&global(A), &of(A), &of(B)).is_err());
    }
}
