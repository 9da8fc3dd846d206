//! A load generator: connections that are kept, each with one request under way (a closed loop), on one thread.
//!
//! Every answer is looked at: its status, its length, and that it speaks of the person whose cookie was sent. Sending and
//! reading is all else it does, so that the server is what is waited for.

mod connection;
mod exchange;
mod started;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{io, mem};

use tokio::task::JoinSet;

use self::connection::Connection;
use self::exchange::Answered;
pub use self::exchange::{Body, Exchange};
pub use self::started::{Spent, Started};

/// Connections to one server, and what is sent over them.
#[derive(Debug)]
pub struct Load {
    connections: Vec<Connection>,
    exchanges: Arc<[Exchange]>,
    /// Whose turn it is: the people come one after the other, however many connections there are.
    turn: Arc<AtomicUsize>,
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After that time. What is under way is finished.
    Passed(Duration),
    /// After that many requests, a multiple of the number of connections.
    Answered(usize),
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// How many requests were answered.
    pub answered: usize,
    /// How many of these otherwise than they should be.
    pub wrong: usize,
}

impl Load {
    /// Connects.
    ///
    /// # Errors
    /// When the server takes no connection.
    pub async fn connect(port: u16, connections: usize, exchanges: Arc<[Exchange]>) -> io::Result<Self> {
        let mut opened = Vec::with_capacity(connections);
        for _ in 0..connections {
            opened.push(Connection::open(port).await?);
        }
        Ok(Self { connections: opened, exchanges, turn: Arc::default() })
    }

    /// Sends one request after the other.
    ///
    /// # Errors
    /// When a connection breaks, or the server falls silent.
    pub async fn drive(&mut self, until: Until) -> io::Result<Tally> {
        let mut tasks = JoinSet::new();
        let number = self.connections.len();
        let (each, patience) = match until {
            Until::Passed(time) => (Each::Before(now() + time), time + PATIENCE),
            Until::Answered(times) => (Each::Times(times / number), PATIENCE * 10),
        };
        for connection in mem::take(&mut self.connections) {
            tasks.spawn(one(connection, Arc::clone(&self.exchanges), Arc::clone(&self.turn), each));
        }
        let mut tally = Tally::default();
        let all = async {
            while let Some(ended) = tasks.join_next().await {
                let (connection, part) = ended??;
                self.connections.push(connection);
                tally += part;
            }
            io::Result::Ok(())
        };
        tokio::time::timeout(patience, all).await??;
        Ok(tally)
    }
}

/// What is left to do for each connection.
#[derive(Clone, Copy)]
enum Each {
    Before(Instant),
    Times(usize),
}

async fn one(
    mut connection: Connection,
    exchanges: Arc<[Exchange]>,
    turn: Arc<AtomicUsize>,
    mut each: Each,
) -> io::Result<(Connection, Tally)> {
    let mut tally = Tally::default();
    while each.goes_on() {
        let number = turn.fetch_add(1, Ordering::Relaxed) % exchanges.len();
        let Some(exchange) = exchanges.get(number) else { break };
        let answered = connection.exchange(exchange).await?;
        tally += Tally { answered: 1, wrong: usize::from(answered == Answered::Otherwise) };
    }
    Ok((connection, tally))
}

impl Each {
    fn goes_on(&mut self) -> bool {
        match self {
            Self::Before(end) => now() < *end,
            Self::Times(left) => left.checked_sub(1).map(|less| *left = less).is_some(),
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.answered += other.answered;
        self.wrong += other.wrong;
    }
}

#[allow(clippy::disallowed_methods, reason = "a benchmark goes by the real clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(20);
