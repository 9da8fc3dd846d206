//! The one connection that writes, on a thread of its own.
//!
//! SQLite lets one write at a time, so work waits in a queue. Whatever waits when a transaction begins goes into it, and
//! shares its commit, which is what takes long: the disk has to say that it is there. Each piece of work is a savepoint:
//! one that fails undoes itself and no other. Nobody hears of anything before it is committed.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread;
use std::time::Duration;

use admit::store::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::error::{Failure, unavailable};

/// The way to the thread, which ends with this and after all that was asked of it.
pub(crate) struct Writer(Sender<Box<dyn Job>>);

impl Writer {
    pub(crate) fn start(connection: Connection) -> io::Result<Self> {
        let (sender, jobs) = mpsc::channel();
        thread::Builder::new().name("admit-sqlite".to_owned()).spawn(move || serve(&connection, &jobs))?;
        Ok(Self(sender))
    }

    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Asked { work: Some(work), outcome: None, reply };
        self.0.send(Box::new(job)).map_err(|_gone| unavailable(WriterGone))?;
        answer.await.map_err(|_gone| unavailable(WriterGone))?
    }
}

trait Job: Send {
    /// Does it; whether it is to stay.
    fn run(&mut self, connection: &Connection) -> bool;

    /// Tells whoever asked, if they are still there, what came of it. `failed` is why nothing was committed.
    fn settle(self: Box<Self>, failed: Option<&NotCommitted>);
}

struct Asked<T, W> {
    work: Option<W>,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Job for Asked<T, W>
where
    T: Send,
    W: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        self.outcome = self.work.take().map(|work| work(connection).map_err(StoreError::from));
        matches!(self.outcome, Some(Ok(_)))
    }

    fn settle(self: Box<Self>, failed: Option<&NotCommitted>) {
        let told = match (self.outcome, failed) {
            // What was not to be written has not been, committed or not. But whatever it was refused for may have been
            // written before it in the same transaction, and be gone with it.
            (Some(Err(error)), None) => Err(error),
            (Some(Ok(value)), None) => Ok(value),
            (_, Some(failed)) => Err(unavailable(failed.clone())),
            (None, None) => Err(unavailable(WriterGone)),
        };
        let _ = self.reply.send(told);
    }
}

fn serve(connection: &Connection, jobs: &Receiver<Box<dyn Job>>) {
    let mut in_a_row = 0;
    loop {
        let first = match jobs.try_recv() {
            Ok(job) => {
                in_a_row += 1;
                job
            }
            Err(TryRecvError::Empty) => {
                in_a_row = 0;
                let Ok(job) = jobs.recv() else { return };
                job
            }
            Err(TryRecvError::Disconnected) => return,
        };
        if in_a_row == TURN {
            in_a_row = 0;
            thread::sleep(STEP_BACK);
        }
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(BATCH - 1));
        let failed = commit(connection, &mut batch).err().map(|error| NotCommitted(Arc::new(error)));
        for job in batch {
            job.settle(failed.as_ref());
        }
    }
}

/// Does all of it in one transaction. Immediate, as one that begins by reading cannot always go on to write.
fn commit(connection: &Connection, batch: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    for job in batch {
        transaction.prepare_cached("SAVEPOINT job")?.execute(())?;
        if !job.run(&transaction) {
            // A full disk, for one, has undone the whole transaction already. Then this fails, and so does the batch.
            transaction.prepare_cached("ROLLBACK TO job")?.execute(())?;
        }
        transaction.prepare_cached("RELEASE job")?.execute(())?;
    }
    transaction.commit()
}

/// Why a transaction was not committed. All who were in it are told.
#[derive(Clone, Debug)]
struct NotCommitted(Arc<rusqlite::Error>);

impl fmt::Display for NotCommitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sqlite: nothing was written")
    }
}

impl StdError for NotCommitted {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("sqlite: the thread that writes has ended")]
struct WriterGone;

/// How much goes into one transaction, so that other processes need not wait for long.
const BATCH: usize = 64;
/// After so many transactions without a pause there is one, longer than another process sleeps between two tries at the
/// lock: each comes to its turn.
const TURN: u32 = 32;
const STEP_BACK: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::Receiver as Answer;

    use super::*;

    fn table() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x INTEGER PRIMARY KEY)").unwrap();
        connection
    }

    fn asked(
        work: impl FnOnce(&Connection) -> Result<(), Failure> + Send + 'static,
    ) -> (Box<dyn Job>, Answer<Result<(), StoreError>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Asked { work: Some(work), outcome: None, reply }), answer)
    }

    fn insert(x: i64) -> impl FnOnce(&Connection) -> Result<(), Failure> + Send + 'static {
        move |connection| {
            connection.execute("INSERT INTO t VALUES (?1)", [x])?;
            Ok(())
        }
    }

    fn settled(batch: Vec<Box<dyn Job>>, failed: Option<&NotCommitted>) {
        for job in batch {
            job.settle(failed);
        }
    }

    fn stored(connection: &Connection) -> Option<String> {
        connection.query_row("SELECT group_concat(x) FROM t", (), |row| row.get(0)).unwrap()
    }

    #[test]
    fn work_that_fails_undoes_itself_and_no_other() {
        let connection = table();
        let (first, mut first_answer) = asked(insert(1));
        let (half, mut half_answer) = asked(|connection| {
            insert(2)(connection)?;
            insert(1)(connection)
        });
        let (refused, mut refused_answer) = asked(|connection| {
            insert(3)(connection)?;
            Err(StoreError::Conflict.into())
        });
        let (last, mut last_answer) = asked(insert(4));
        let mut batch = vec![first, half, refused, last];
        commit(&connection, &mut batch).unwrap();
        assert!(first_answer.try_recv().is_err(), "nobody hears of it before they are settled");
        settled(batch, None);
        assert_eq!(stored(&connection).as_deref(), Some("1,4"));
        assert!(first_answer.try_recv().unwrap().is_ok() && last_answer.try_recv().unwrap().is_ok());
        assert!(matches!(half_answer.try_recv().unwrap(), Err(StoreError::Unavailable(_))));
        assert!(matches!(refused_answer.try_recv().unwrap(), Err(StoreError::Conflict)));
    }

    /// As SQLite does when the disk is full, or fails.
    #[test]
    fn when_a_transaction_is_undone_as_a_whole_all_who_were_in_it_are_told() {
        let connection = table();
        let (done, done_answer) = asked(insert(1));
        let (undoes, undoes_answer) = asked(|connection| Ok(connection.execute_batch("ROLLBACK")?));
        let (waits, waits_answer) = asked(insert(2));
        let mut batch = vec![done, undoes, waits];
        let failed = commit(&connection, &mut batch).map_err(|error| NotCommitted(Arc::new(error))).unwrap_err();
        settled(batch, Some(&failed));
        for mut answer in [done_answer, undoes_answer, waits_answer] {
            let told = answer.try_recv().unwrap().unwrap_err();
            assert!(matches!(&told, StoreError::Unavailable(why) if why.source().is_some()), "{told:?}");
        }
        assert_eq!(stored(&connection), None);
        let (next, _) = asked(insert(3));
        commit(&connection, &mut [next]).unwrap();
        assert_eq!(stored(&connection).as_deref(), Some("3"), "and the next transaction is none the worse");
    }

    #[tokio::test]
    async fn what_has_been_asked_for_is_done_also_when_the_writer_is_let_go_of() {
        let connection = table();
        let writer = Writer::start(connection).unwrap();
        let (sender, receiver) = oneshot::channel();
        let (job, _) = asked(|connection| {
            insert(1)(connection)?;
            let _ = sender.send(stored(connection));
            Ok(())
        });
        writer.0.send(job).map_err(|_gone| ()).unwrap();
        drop(writer);
        assert_eq!(receiver.await.unwrap().as_deref(), Some("1"));
    }
}
