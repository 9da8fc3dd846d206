//! An adapter's server on a thread of its own, from the start of a row to its end.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Application;

/// What an adapter implements: serve this application on that listener until it is time to stop.
pub type Serve = fn(TcpListener, Application, Stop);

/// Ready when the server has to end. Await it beside the server.
#[derive(Debug)]
pub struct Stop(oneshot::Receiver<()>);

impl Future for Stop {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // The sender only ever goes.
        Pin::new(&mut self.0).poll(cx).map(|_| ())
    }
}

/// A server that runs. It ends, with its thread, when this is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: mpsc::Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(serve: Serve, application: Application) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            // Dropped at the end of this thread, also when it panics.
            let _end: mpsc::Sender<()> = end;
            serve(listener, application, Stop(stopped));
        });
        Self { address, stop: Some(stop), ended, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let in_time = self.ended.recv_timeout(PATIENCE) != Err(mpsc::RecvTimeoutError::Timeout);
        let well = in_time && self.thread.take().is_none_or(|thread| thread.join().is_ok());
        // A test that has failed has said why; a second panic would hide it.
        assert!(well || std::thread::panicking(), "the server panicked, or did not end when it was told to");
    }
}

const PATIENCE: Duration = Duration::from_secs(20);
