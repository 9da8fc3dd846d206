//! What goes over the wire, and what comes back with marks of its kind.

use admit_testkit::azure_devops::{Fault, Person, Stage};
use admit_testkit::render;

use crate::site::Site;

#[tokio::test]
async fn the_requests_ask_for_a_status_in_place_of_a_page() {
    let site = Site::of(vec![Person::new("ada", "Ada")]).await;
    site.run(site.job()).await.1.unwrap();
    let requests: Vec<_> = site
        .azure
        .requests()
        .iter()
        .map(|request| {
            let mut request = request.request().clone();
            request.headers_mut().insert("authorization", "Bearer (token)".parse().unwrap());
            render::request(&request)
        })
        .collect();
    insta::assert_snapshot!(requests.join("\n----\n"), @r#"
    GET https://app.vssps.visualstudio.com/_apis/profile/profiles/me?api-version=6.0
    accept: application/json
    authorization: Bearer (token)
    x-tfs-fedauthredirect: Suppress

    ----
    GET https://app.vssps.visualstudio.com/_apis/connectionData?api-version=7.1-preview
    accept: application/json
    authorization: Bearer (token)
    x-tfs-fedauthredirect: Suppress

    ----
    GET https://app.vssps.visualstudio.com/_apis/identities/me?api-version=7.1-preview
    accept: application/json
    authorization: Bearer (token)
    x-tfs-fedauthredirect: Suppress
    "#);
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    for stage in [Stage::Profile, Stage::ConnectionData, Stage::Identity] {
        site.azure.fail_always(stage, Fault::ByteOrderMark);
    }
    let (counts, end) = site.run(site.job()).await;
    end.unwrap();
    assert_eq!((counts.complete, counts.total()), (1, 1), "{counts:?}");
}
