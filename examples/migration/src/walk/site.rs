//! The application and the command `admit`, as programs of their own: what they are told is their environment.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// What both are told, and where they are.
#[derive(Debug)]
pub(crate) struct Site {
    /// The folder of both programs.
    programs: PathBuf,
    variables: BTreeMap<&'static str, String>,
    running: Option<Child>,
    port: u16,
}

impl Site {
    pub(crate) fn new(port: u16, file: &Path) -> Result<Self, Box<dyn Error>> {
        let programs = std::env::current_exe()?.parent().ok_or("this program is in no folder")?.to_owned();
        let mut site = Self { programs, variables: BTreeMap::new(), running: None, port };
        site.set("PORT", port);
        site.set("AUTH_URL", format!("http://localhost:{port}"));
        site.set("AUTH_SECRET", "a secret for this walk, which is over in a minute");
        site.set("DATABASE_URL", format!("sqlite:{}", file.display()));
        Ok(site)
    }

    pub(crate) fn set(&mut self, name: &'static str, value: impl ToString) {
        self.variables.insert(name, value.to_string());
    }

    /// Takes the variables away that begin so.
    pub(crate) fn unset(&mut self, start: &str) {
        self.variables.retain(|name, _| !name.starts_with(start));
    }

    /// Deploys the application: what ran before is stopped, and it runs with what it is told now.
    pub(crate) async fn deploy(&mut self) -> Result<(), Box<dyn Error>> {
        self.stop().await?;
        let mut program = self.program("migration-axum");
        self.running = Some(program.stdout(std::process::Stdio::null()).spawn()?);
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("the application does not answer".into())
    }

    pub(crate) async fn stop(&mut self) -> Result<(), Box<dyn Error>> {
        if let Some(mut before) = self.running.take() {
            before.kill().await?;
        }
        Ok(())
    }

    /// Runs the command `admit`, which prints for itself. With 0 all is done, and with 1 something is left; any other end
    /// is a failure.
    pub(crate) async fn admit(&self, arguments: &str) -> Result<(), Box<dyn Error>> {
        crate::say(&format!("$ admit {arguments}"));
        let ended = self.program("admit").args(arguments.split(' ')).status().await?;
        match ended.code() {
            Some(0 | 1) => Ok(()),
            _ => Err(format!("admit {arguments}: {ended}").into()),
        }
    }

    fn program(&self, name: &str) -> Command {
        let mut program = Command::new(self.programs.join(name).with_extension(std::env::consts::EXE_EXTENSION));
        // Nothing of whoever runs this gets into it.
        program.env_clear().envs(&self.variables).kill_on_drop(true);
        program
    }
}
