//! What is measured is a sign-in: over HTTP, at every site in Rust, with one provider.

#![allow(clippy::expect_used, reason = "these are tests")]

use bench::trips::{Plan, Report, Site};
use tokio::runtime::Builder;

#[test]
fn every_site_in_rust_signs_people_in_over_http() {
    let sites = vec![Site::AdmitAxum, Site::AdmitActix, Site::ByHand];
    let plan = Plan { sites, warm_up: 1, turns: 2, each: 2 };
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let measured =
        runtime.block_on(plan.measure(env!("CARGO_BIN_EXE_sign_in"), None)).expect("every sign-in ends well");
    let report = Report { plan: &plan, measured: &measured, load_before: "0" }.to_string();
    for site in ["admit on axum", "admit on actix-web", "by hand on axum"] {
        assert!(report.contains(&format!("| {site} | **")), "{report}");
    }
}
