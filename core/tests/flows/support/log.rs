//! What is logged on the thread of a test.
//!
//! There is one subscriber for the whole process: subscribers that come and go with single tests would make other
//! tests' log lines come and go with them, because tracing remembers whether anybody listens.

use std::cell::RefCell;
use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex, Once};

use tracing_subscriber::fmt::MakeWriter;

/// All that was printed. Clones share it.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<u8>>>);

/// Ends the listening of a thread.
pub struct Listening;

thread_local! {
    static LISTENER: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

impl Heard {
    /// Hears this thread at TRACE, until the guard goes. A test's own runtime runs on its thread.
    #[must_use]
    pub fn listen(&self) -> Listening {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_ansi(false)
                .with_writer(ByThread)
                .init();
        });
        LISTENER.set(Some(self.clone()));
        Listening
    }

    pub fn print(&self, value: &dyn Debug) {
        self.write(&format!("{value:?} {value:#?}"));
    }

    pub fn write(&self, line: &str) {
        let mut heard = self.0.lock().unwrap();
        heard.extend(line.as_bytes());
        heard.push(b'\n');
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Heard")
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENER.set(None);
    }
}

/// Writes to whoever listens on this thread, if anybody does.
struct ByThread;

impl MakeWriter<'_> for ByThread {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line(LISTENER.with_borrow(Clone::clone))
    }
}

struct Line(Option<Heard>);

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(heard) = &self.0 {
            heard.0.lock().unwrap().extend(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
