//! The overview at the root.

use bytes::Bytes;

use crate::servers::Server;

#[tokio::test]
async fn the_overview_says_how_to_point_an_app_here_and_who_can_sign_in() {
    for server in Server::all() {
        insta::assert_snapshot!(format!("{}_overview", server.name()), server.content("/").await);
    }
}

#[tokio::test]
async fn the_settings_name_the_address_that_the_browser_found() {
    let [azure, entra, _] = Server::all();
    for (server, variable) in [
        (azure, "AUTH_AZURE_DEVOPS_ENDPOINTS=http://localhost:4180\n"),
        (entra, "AUTH_MICROSOFT_ENTRA_ID_ISSUER=http://localhost:4180/organizations/v2.0\n"),
    ] {
        let request = http::Request::get("/").header("host", "localhost:4180").body(Bytes::new()).unwrap();
        let page = server.handle(request).await.unwrap();
        let page = String::from_utf8(page.body().to_vec()).unwrap();
        assert!(page.contains(variable), "{page}");
    }
}

#[tokio::test]
async fn a_secret_that_has_ended_is_not_offered_for_copying() {
    let [Server::Azure(azure), Server::Entra(entra), _] = Server::all() else { panic!("in that order") };
    azure.revoke_secret(crate::servers::SECRET);
    entra.expire_secret(crate::servers::SECRET);
    for server in [Server::Azure(azure), Server::Entra(entra)] {
        let page = server.page("/").await;
        assert!(!page.contains(crate::servers::SECRET) && page.contains("_ID=app-id"), "{page}");
    }
}

#[tokio::test]
async fn servers_that_run_beside_it_are_linked() {
    for server in Server::all() {
        assert!(!server.page("/").await.contains("Also running"));
        match &server {
            Server::Azure(azure) => azure.neighbour("Pretend <Other>", "http://127.0.0.1:9012"),
            Server::Entra(entra) => entra.neighbour("Pretend <Other>", "http://127.0.0.1:9012"),
            Server::Openid(openid) => openid.neighbour("Pretend <Other>", "http://127.0.0.1:9012"),
        }
        let link = r#"<a href="http://127.0.0.1:9012">Pretend &lt;Other&gt;</a>"#;
        assert!(server.page("/").await.contains(link));
    }
}

#[tokio::test]
async fn of_ten_thousand_people_the_first_are_shown_and_the_others_counted() {
    use admit_testkit::PretendAzureDevOps;
    use admit_testkit::azure_devops::Person;

    let people = (0..10_000).map(|number| Person::new(format!("p{number}"), format!("Person {number}")));
    let azure = PretendAzureDevOps::builder("app-id", "secret", "https://app.example/cb").people(people).build();
    let page = Server::Azure(azure).page("/").await;
    assert_eq!(page.matches("class=\"name\"").count(), 20);
    assert!(page.contains("And 9980 more"));
}
