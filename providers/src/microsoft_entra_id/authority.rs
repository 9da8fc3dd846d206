//! Where people are sent: a cloud of Microsoft's or an external tenant, and the tenant there.

use admit::http::is_loopback;
use url::Url;

use super::guid::guid;
use super::tenant::{CONSUMERS, Tenant};

/// One of Microsoft's clouds. An application is registered in each of them by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cloud {
    /// The one that everybody uses: `login.microsoftonline.com`.
    Global,
    /// For the government of the United States: `login.microsoftonline.us`.
    UsGovernment,
    /// In China, run by 21Vianet: `login.partner.microsoftonline.cn`.
    China,
}

impl Cloud {
    /// Where its Microsoft Graph is.
    pub const fn graph(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGovernment => "https://graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    const fn login_host(self) -> &'static str {
        match self {
            Self::Global => "login.microsoftonline.com",
            Self::UsGovernment => "login.microsoftonline.us",
            Self::China => "login.partner.microsoftonline.cn",
        }
    }

    const ALL: [Self; 3] = [Self::Global, Self::UsGovernment, Self::China];
}

/// Where people are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authority {
    pub(super) place: Place,
    pub(super) tenant: Tenant,
}

/// Who runs the servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Cloud(Cloud),
    /// An external tenant, by its name below `ciamlogin.com`.
    External(String),
    /// A server that speaks as Microsoft's do, by the address that its addresses begin with.
    Elsewhere(String),
}

impl Authority {
    /// Everybody, in the cloud that everybody uses.
    pub(super) fn common() -> Self {
        Self { place: Place::Cloud(Cloud::Global), tenant: Tenant::Common }
    }

    /// Where people at work or school take back what they granted; empty for others, whose page nobody documents.
    pub(super) fn authorizations_page(&self) -> &'static str {
        match (&self.place, &self.tenant) {
            (_, Tenant::Consumers) => "",
            (Place::Cloud(Cloud::Global), _) => "https://myapps.microsoft.com",
            (Place::Cloud(_) | Place::External(_) | Place::Elsewhere(_), _) => "",
        }
    }

    /// Reads the address that Auth.js calls the issuer: `https://login.microsoftonline.com/{tenant}/v2.0`, with or
    /// without a slash at its end.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let remedy = "write it as \"https://login.microsoftonline.com/<tenant>/v2.0\"";
        let wrong = |what: &str| format!("the issuer is {text:?}, {what}; {remedy}");
        let url = Url::parse(text.trim()).map_err(|_| wrong("which is no address"))?;
        let host = url.host_str().unwrap_or_default();
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("which has more than a host and a path"));
        }
        let place = if is_loopback(&url) {
            Place::Elsewhere(url.origin().ascii_serialization())
        } else if url.scheme() != "https" || url.port().is_some() {
            return Err(wrong("which is not on https"));
        } else if let Some(cloud) = Cloud::ALL.into_iter().find(|cloud| cloud.login_host() == host) {
            Place::Cloud(cloud)
        } else if let Some(name) = host.strip_suffix(EXTERNAL).filter(|name| is_external_name(name)) {
            Place::External(name.to_owned())
        } else if host == V1_HOST {
            return Err(wrong("which issues v1.0 tokens, and v2.0 is spoken here"));
        } else {
            return Err(wrong("whose host is none of Microsoft Entra ID's"));
        };
        let segments: Vec<_> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
        match segments.as_slice() {
            [tenant, "v2.0"] => Ok(Self { place, tenant: tenant.parse()? }),
            [_] => Err(wrong("which is that of v1.0")),
            _ => Err(wrong("whose path is not a tenant and \"v2.0\"")),
        }
    }

    /// What its addresses begin with.
    pub(super) fn base(&self) -> String {
        match &self.place {
            Place::Cloud(cloud) => format!("https://{}", cloud.login_host()),
            Place::External(name) => format!("https://{name}{EXTERNAL}"),
            Place::Elsewhere(base) => base.clone(),
        }
    }

    /// Below which the discovery document is.
    pub(super) fn address(&self) -> String {
        format!("{}/{}/v2.0", self.base(), self.tenant)
    }

    /// The issuer of tokens for the people of a tenant, as this authority may write it. That of an external tenant is
    /// on a host of its own: Microsoft's documents name it by its identifier, and not by the name that people are sent to.
    pub(super) fn issuers(&self, tid: &str) -> Vec<String> {
        let mut issuers = vec![format!("{}/{tid}/v2.0", self.base())];
        if let Place::External(_) = self.place {
            issuers.push(format!("https://{tid}{EXTERNAL}/{tid}/v2.0"));
        }
        issuers
    }

    /// Which tenant it must be, as far as the configuration says.
    pub(super) fn only_tenant(&self) -> Option<&str> {
        match &self.tenant {
            Tenant::Consumers => Some(CONSUMERS),
            Tenant::Id(id) => Some(id),
            Tenant::Common | Tenant::Organizations | Tenant::Domain(_) => None,
        }
    }

    /// Whether it is a pretend one on this machine.
    pub(super) fn is_here(&self) -> bool {
        Url::parse(&self.base()).is_ok_and(|url| is_loopback(&url))
    }
}

/// One label of a host's name.
pub(super) fn is_external_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (!name.is_empty() && name.len() <= 63 && plain) || guid(name).is_some()
}

const EXTERNAL: &str = ".ciamlogin.com";
pub(super) const V1_HOST: &str = "sts.windows.net";

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    fn address(text: &str) -> Result<String, String> {
        Authority::parse(text).map(|authority| authority.address())
    }

    #[test]
    fn what_auth_js_calls_the_issuer_is_read_with_or_without_a_slash_at_its_end() {
        for (text, expected) in [
            ("https://login.microsoftonline.com/common/v2.0", "https://login.microsoftonline.com/common/v2.0"),
            (
                "https://login.microsoftonline.com/72F988BF-86F1-41AF-91AB-2D7CD011DB47/v2.0/",
                "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
            ),
            (
                "https://login.microsoftonline.us/contoso.example/v2.0",
                "https://login.microsoftonline.us/contoso.example/v2.0",
            ),
            (
                "https://login.partner.microsoftonline.cn/organizations/v2.0",
                "https://login.partner.microsoftonline.cn/organizations/v2.0",
            ),
            (
                "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0",
                "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0",
            ),
            ("http://127.0.0.1:9010/common/v2.0", "http://127.0.0.1:9010/common/v2.0"),
        ] {
            assert_eq!(address(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_issuer_that_is_not_this_services_is_refused_with_the_remedy() {
        for (text, why) in [
            ("contoso.com", "no address"),
            ("https://login.microsoftonline.com.evil.example/common/v2.0", "none of Microsoft Entra ID's"),
            ("https://evil.ciamlogin.com.example/common/v2.0", "none of Microsoft Entra ID's"),
            ("https://a.b.ciamlogin.com/common/v2.0", "none of Microsoft Entra ID's"),
            ("https://contoso.b2clogin.com/contoso/policy/v2.0", "none of Microsoft Entra ID's"),
            ("http://login.microsoftonline.com/common/v2.0", "not on https"),
            ("https://login.microsoftonline.com:8443/common/v2.0", "not on https"),
            ("https://x@login.microsoftonline.com/common/v2.0", "more than a host"),
            ("https://login.microsoftonline.com/common/v2.0?x=1", "more than a host"),
            ("https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/", "v1.0 tokens"),
            ("https://login.microsoftonline.com/common", "that of v1.0"),
            ("https://login.microsoftonline.com/", "not a tenant"),
            ("https://login.microsoftonline.com/common/oauth2/v2.0", "not a tenant"),
            ("https://login.microsoftonline.com/contoso/v2.0", "the tenant is \"contoso\""),
        ] {
            let error = address(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn an_external_tenant_may_issue_under_its_identifier() {
        let external = Authority::parse("https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0").unwrap();
        assert_eq!(
            external.issuers(ID),
            [format!("https://contoso.ciamlogin.com/{ID}/v2.0"), format!("https://{ID}.ciamlogin.com/{ID}/v2.0"),]
        );
        assert_eq!(Authority::common().issuers(ID), [format!("https://login.microsoftonline.com/{ID}/v2.0")]);
    }
}
