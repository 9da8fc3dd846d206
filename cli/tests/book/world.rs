//! Where a page's commands are run: an application's environment, with pretend providers on sockets and a SQLite file.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

/// One page's surroundings. What a command leaves behind, the next one finds.
#[derive(Debug)]
pub(crate) struct World {
    folder: PathBuf,
    /// How the last command ended.
    pub(crate) status: i32,
}

impl World {
    pub(crate) async fn new(page: &str) -> Self {
        let name = format!("book-{}-{}", page.trim_end_matches(".md"), std::process::id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, status: 0 }
    }

    /// What a shell would print, in the order of its two streams: results, then remarks.
    pub(crate) async fn run(&mut self, command: &str) -> String {
        let folder = std::path::Path::new(env!("CARGO_BIN_EXE_admit")).parent().unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.display());
        let output = Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("(exit {}); {command}", self.status))
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", path)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        self.status = output.status.code().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
