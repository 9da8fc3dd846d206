//! The site behind a web framework, on a loopback socket.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;

use actix_web::{App, HttpServer, web};
use admit::{Auth, Session};
use admit_actix::AuthAppExt as _;
use admit_axum::AuthRouterExt as _;
use axum::Router;
use axum::routing::get;
use tokio::sync::oneshot;

/// The frameworks that there are adapters for.
pub const FRAMEWORKS: [(&str, Serve); 2] = [("axum", on_axum), ("actix-web", on_actix)];

pub type Serve = fn(TcpListener, Auth, oneshot::Receiver<()>);

/// A server on a thread of its own. It ends when this is dropped.
pub struct Server {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(serve: Serve, auth: Auth) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || serve(listener, auth, stopped));
        Self { address, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let is_well = self.thread.take().is_none_or(|thread| thread.join().is_ok());
        assert!(is_well || std::thread::panicking(), "the server panicked");
    }
}

fn on_axum(listener: TcpListener, auth: Auth, stop: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let app = Router::new().route(
            "/",
            get(async |session: Option<admit_axum::Session>| home(session.map(admit_axum::Session::into_inner))),
        );
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::select! {
            served = axum::serve(listener, app.with_auth(auth)) => served.unwrap(),
            _ = stop => {}
        }
    });
}

fn on_actix(listener: TcpListener, auth: Auth, stop: oneshot::Receiver<()>) {
    actix_web::rt::System::new().block_on(async {
        let at_home = async |session: Option<admit_actix::Session>| home(session.map(admit_actix::Session::into_inner));
        let app = move || App::new().route("/", web::get().to(at_home)).with_auth(auth.clone());
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        let running = actix_web::rt::spawn(server);
        let _ = stop.await;
        handle.stop(false).await;
        running.await.unwrap().unwrap();
    });
}

/// Says who is there.
fn home(session: Option<Session>) -> String {
    session.map_or_else(|| "nobody".to_owned(), |session| session.user.id)
}
