//! The modules of the OpenID Foundation's certification of relying parties, by their names: the plans for the basic
//! profile, configuration, form_post, refresh tokens and RP-initiated logout. What a module's server does is done here by
//! the pretend provider. Where a module is about something that must fail, no request may follow.

mod basic;
mod config;
mod form_post;
mod refresh_token;
mod rp_initiated_logout;

use admit_testkit::PretendOidc;
use admit_testkit::oidc::{Fault, Stage};

use super::{refused, sign_in, site, site_with};
use crate::support::Site;

/// Somebody signs in, and the provider finds nothing wrong with how.
async fn signs_in(site: &Site, company: &PretendOidc) {
    let mut browser = site.browser();
    sign_in(&mut browser, company).await;
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
    assert_eq!(company.violations(), [""; 0]);
}

/// Nobody signs in by an ID token with that fault, and nothing more is asked of the provider. Gives the reason.
async fn stops(fault: Fault) -> String {
    let (site, company) = site_with(|company| company, |provider| provider.userinfo());
    company.fail_once(Stage::Token, fault);
    let reason = refused(&site, &company).await;
    assert_eq!((company.count(Stage::Token), company.count(Stage::Userinfo)), (1, 0));
    reason
}
