//! Signals to a server and all its children at once. Each of them is the leader of a group of its own, so they are found by their parents.

use std::fs;

#[derive(Clone, Copy)]
pub enum Signal {
    Interrupt,
    Kill,
    Suspend,
    Resume,
}

/// Sends `signal` to process `root` and everything below it, none of which can fork meanwhile.
pub fn signal_tree(root: i32, signal: Signal) {
    if !matches!(signal, Signal::Resume) {
        send(root, Signal::Suspend);
    }
    let tree = tree_of(root);
    for &process in &tree {
        send(process, signal);
    }
}

pub fn send(process: i32, signal: Signal) {
    let number = match signal {
        Signal::Interrupt => libc::SIGINT,
        Signal::Kill => libc::SIGKILL,
        Signal::Suspend => libc::SIGSTOP,
        Signal::Resume => libc::SIGCONT,
    };
    // SAFETY: kill takes no memory; a process that has ended meanwhile is an error that means nothing here
    unsafe { libc::kill(process, number) };
}

/// Whether the process runs; one that has ended and that nobody has asked about yet does not.
pub fn is_running(process: i32) -> bool {
    state_and_parent(process).is_some_and(|(state, _)| state != 'Z')
}

/// `root` and everything below it, parents first.
pub fn tree_of(root: i32) -> Vec<i32> {
    let entries = fs::read_dir("/proc").expect("/proc is there").flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let parents: Vec<(i32, i32)> = numbers.filter_map(|process| Some((process, state_and_parent(process)?.1))).collect();
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(&parent) = tree.get(next) {
        tree.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(process, _)| process));
        next += 1;
    }
    tree
}

fn state_and_parent(process: i32) -> Option<(char, i32)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // the name in brackets may hold blanks and brackets of its own
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
