//! Somebody types a name that nobody has.

use crate::servers::Server;

#[tokio::test]
async fn a_name_that_nobody_has_leads_back_to_the_choice_and_is_no_mistake_of_the_app() {
    for server in Server::all() {
        let target = server.authorization(&[]);
        let query = target.split_once('?').unwrap().1;
        let answer = match server {
            Server::Azure(_) => {
                server.post("/_pretend/sign-in", &[("request", query), ("login", "zed")]).await.unwrap()
            }
            Server::Entra(_) => {
                server.post("/_pretend/account", &[("request", &target), ("login", "zed")]).await.unwrap()
            }
            Server::Openid(_) => server.get(&format!("{target}&_login=zed")).await,
        };
        assert_eq!(answer.status(), 400);
        let page = String::from_utf8(answer.body().to_vec()).unwrap();
        assert!(page.contains("Nobody is called that") && page.contains("zed"), "{page}");
        let link = page.split_once("<li><a href=\"").unwrap().1.split_once("\">Choose somebody else").unwrap().0;
        assert!(server.page(&link.replace("&amp;", "&")).await.contains("asks you to sign in"), "{link}");
        assert!(!server.page("/_pretend/requests").await.contains("A correct app asks none of this"));
    }
}

#[tokio::test]
async fn a_name_is_taken_with_spaces_around_it() {
    for server in Server::all() {
        let target = server.authorization(&[]);
        let query = target.split_once('?').unwrap().1;
        let answer = match server {
            Server::Azure(_) => {
                server.post("/_pretend/sign-in", &[("request", query), ("login", " bo ")]).await.unwrap()
            }
            Server::Entra(_) => {
                server.post("/_pretend/account", &[("request", &target), ("login", " bo ")]).await.unwrap()
            }
            Server::Openid(_) => {
                let decided = server.get(&format!("{target}&_login=+bo+&_decision=accept")).await;
                assert_eq!(decided.status(), 302);
                server.get(&format!("{target}&_login=+bo+")).await
            }
        };
        let page = String::from_utf8(answer.body().to_vec()).unwrap();
        assert!(page.contains(">Accept<") && page.contains("Bo"), "{page}");
    }
}
