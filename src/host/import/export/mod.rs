//! Everything to take along: all tracks with what was made of them, and the playlists, one file each.

mod gather;
mod lists;
mod names;
mod tables;

use std::fmt::{self, Display, Formatter};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::course::spinner;
use super::own::Document;
use gather::Gathered;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Json,
    M3u8,
    Xspf,
    Csv,
}

/// What `iroam host export` is told.
#[derive(Clone, Debug)]
pub struct ExportConfig {
    pub folder: PathBuf,
    pub format: ExportFormat,
    /// Where relative paths in playlists begin; otherwise at each playlist.
    pub root: Option<PathBuf>,
    /// The host's own folder. The host may run meanwhile.
    pub data: PathBuf,
}

/// What was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exported {
    pub files: usize,
    pub tracks: usize,
    pub playlists: usize,
    /// Tracks of playlists that the format cannot name: of other hosts, or with a line's end in their path.
    pub left_out: usize,
    /// The host belongs to nobody yet: there are neither playlists nor what was made of tracks.
    pub not_paired: bool,
}

pub fn export(config: &ExportConfig) -> anyhow::Result<Exported> {
    let bar = spinner();
    bar.set_message("gathering tracks and playlists");
    let gathered = gather::gather(&config.data)?;
    bar.finish_and_clear();
    let folder = std::path::absolute(&config.folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut writer = Writer { folder, root: config.root.as_deref().map(std::path::absolute).transpose()?, done: Exported::default() };
    writer.done.not_paired = gathered.not_paired;
    match config.format {
        ExportFormat::Json => writer.json(&gathered)?,
        ExportFormat::Csv => writer.tables(&gathered)?,
        ExportFormat::M3u8 | ExportFormat::Xspf => writer.lists(&gathered, config.format)?,
    }
    Ok(writer.done)
}

struct Writer {
    folder: PathBuf,
    root: Option<PathBuf>,
    done: Exported,
}

impl Writer {
    fn json(&mut self, gathered: &Gathered) -> anyhow::Result<()> {
        (self.done.tracks, self.done.playlists) = (gathered.document.tracks.len(), gathered.document.playlists.len());
        let document: &Document = &gathered.document;
        self.file(Path::new("iroam.json"), |out| Ok(serde_json::to_writer(out, document)?))
    }

    /// Writes a file as a whole: while it is written it has another name.
    fn file(&mut self, name: &Path, write: impl FnOnce(&mut BufWriter<File>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        let told = || format!("cannot write {}", path.display());
        fs::create_dir_all(path.parent().unwrap_or(&self.folder)).with_context(told)?;
        let unfinished = path.with_added_extension("part");
        let mut out = BufWriter::new(File::create(&unfinished).with_context(told)?);
        write(&mut out).with_context(told)?;
        out.flush().and_then(|()| out.get_ref().sync_all()).with_context(told)?;
        fs::rename(&unfinished, &path).with_context(told)?;
        self.done.files += 1;
        Ok(())
    }
}

impl Display for Exported {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} files written: {} tracks, {} playlists", self.files, self.tracks, self.playlists)?;
        if self.left_out > 0 {
            writeln!(
                f,
                "{} tracks of playlists were left out: they are on other hosts, or the format cannot name their files",
                self.left_out
            )?;
        }
        if self.not_paired {
            writeln!(f, "This host belongs to nobody yet: there are no playlists, stars or counts.")?;
        }
        Ok(())
    }
}
