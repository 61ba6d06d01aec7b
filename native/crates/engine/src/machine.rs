//! How much memory this process may take.

use std::fs;
use std::path::{Path, PathBuf};

use dataprism_duckdb::{Instance, Options};

use crate::error::{Error, ErrorCode, Result};

/// The default limit of the memory budget: four fifths of what the container, or else the machine, leaves beside a heap
/// that has its own limit. The fifth is for what no budget counts: threads, code, fragmentation. Where the heap may take
/// nearly everything, it is an eighth of the whole, for a heap is seldom full.
pub(crate) fn default_limit(heap: u64) -> Result<u64> {
    Ok(limit_beside(heap, memory()?))
}

fn limit_beside(heap: u64, memory: u64) -> u64 {
    let beside = memory.saturating_sub(heap);
    (beside - beside / 5).max(memory / 8)
}

/// The memory of the container, or else of the machine.
fn memory() -> Result<u64> {
    let physical = match physical_memory(Path::new("/")) {
        Some(bytes) => bytes,
        // Not on Linux: DuckDB knows how to ask the system.
        None => memory_by_duckdb()?,
    };
    Ok(container_limit(Path::new("/")).map_or(physical, |limit| limit.min(physical)))
}

fn physical_memory(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The lowest memory limit among the control groups that the process is in; none where there is none.
///
/// # Parameters
/// * `root`: the root of the file system
fn container_limit(root: &Path) -> Option<u64> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
    let limits = groups.lines().filter_map(|line| {
        // Each line is a hierarchy's number, its controllers and the path of the group.
        let mut parts = line.splitn(3, ':');
        let (number, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
        if number == "0" && controllers.is_empty() {
            lowest(&root.join("sys/fs/cgroup"), group, "memory.max")
        } else if controllers.split(',').any(|controller| controller == "memory") {
            lowest(&root.join("sys/fs/cgroup/memory"), group, "memory.limit_in_bytes")
        } else {
            None
        }
    });
    limits.min()
}

/// The lowest limit of a group and the groups that it is in. In a container, the path may be the one outside of it: then
/// only the last of the folders exists.
fn lowest(mount: &Path, group: &str, file: &str) -> Option<u64> {
    let folder: PathBuf = mount.join(group.trim_start_matches('/'));
    let folders = folder.ancestors().take_while(|folder| folder.starts_with(mount));
    folders
        .filter_map(|folder| fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok())
        .min()
}

/// What DuckDB takes without being told is four fifths of the memory.
fn memory_by_duckdb() -> Result<u64> {
    let setting = Instance::open(&Options::default())?.setting("memory_limit")?;
    let limit = parse_bytes(&setting).ok_or_else(|| {
        let message = format!("DuckDB's memory limit is '{setting}', which cannot be read");
        Error::new(ErrorCode::Internal, message).with_hint("set the limit of the memory budget")
    })?;
    Ok(limit / 4 * 5)
}

/// Reads a size as DuckDB writes it, such as `12.4 GiB`.
fn parse_bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(' ')?;
    let factor = match unit {
        "bytes" => 1_u64,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some((number * factor as f64) as u64)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::{env, process};

    use super::*;

    const MIB: u64 = 1 << 20;

    /// A file system of the test's own.
    struct Tree(PathBuf);

    impl Tree {
        fn of(files: &[(&str, &str)]) -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let root = env::temp_dir().join(format!("dataprism-cgroup-{}-{number}", process::id()));
            for (path, text) in files {
                let file = root.join(path);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            Self(root)
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_group_of_version_2_has_the_lowest_limit_on_its_path() {
        let tree = Tree::of(&[
            ("proc/self/cgroup", "0::/pods/one/app\n"),
            ("sys/fs/cgroup/pods/one/app/memory.max", "max\n"),
            ("sys/fs/cgroup/pods/one/memory.max", "536870912\n"),
            ("sys/fs/cgroup/pods/memory.max", "1073741824\n"),
        ]);
        assert_eq!(container_limit(&tree.0), Some(512 * MIB));
    }

    #[test]
    fn a_container_sees_its_own_group_as_the_root() {
        let inside = Tree::of(&[
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/memory.max", "268435456\n"),
        ]);
        assert_eq!(container_limit(&inside.0), Some(256 * MIB));
        let with_the_path_outside = Tree::of(&[
            ("proc/self/cgroup", "0::/system.slice/docker-1.scope\n"),
            ("sys/fs/cgroup/memory.max", "268435456\n"),
        ]);
        assert_eq!(container_limit(&with_the_path_outside.0), Some(256 * MIB));
    }

    #[test]
    fn a_group_of_version_1_is_the_one_of_the_memory_controller() {
        let tree = Tree::of(&[
            (
                "proc/self/cgroup",
                "12:cpu,cpuacct:/a\n7:memory:/docker/1\n1:name=systemd:/b\n0::/c\n",
            ),
            (
                "sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes",
                "134217728\n",
            ),
            (
                "sys/fs/cgroup/memory/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
            ("sys/fs/cgroup/memory.max", "1\n"),
        ]);
        // Where both versions are mounted, both count.
        assert_eq!(container_limit(&tree.0), Some(1));
        fs::remove_file(tree.0.join("sys/fs/cgroup/memory.max")).unwrap();
        assert_eq!(container_limit(&tree.0), Some(128 * MIB));
    }

    #[test]
    fn without_a_limit_or_groups_there_is_none() {
        let unlimited = Tree::of(&[
            ("proc/self/cgroup", "0::/user\n"),
            ("sys/fs/cgroup/user/memory.max", "max\n"),
        ]);
        assert_eq!(container_limit(&unlimited.0), None);
        let elsewhere = Tree::of(&[("proc/version", "no groups here\n")]);
        assert_eq!(container_limit(&elsewhere.0), None);
        let damaged = Tree::of(&[("proc/self/cgroup", "nonsense\n7:memory\n\n")]);
        assert_eq!(container_limit(&damaged.0), None);
    }

    #[test]
    fn physical_memory_is_read_in_kibibytes() {
        let tree = Tree::of(&[("proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n")]);
        assert_eq!(physical_memory(&tree.0), Some(16 * MIB));
    }

    #[test]
    fn the_default_leaves_the_heap_alone_and_never_vanishes() {
        assert_eq!(limit_beside(0, 1000 * MIB), 800 * MIB);
        assert_eq!(limit_beside(500 * MIB, 1000 * MIB), 400 * MIB);
        assert_eq!(limit_beside(990 * MIB, 1000 * MIB), 125 * MIB);
        assert_eq!(limit_beside(2000 * MIB, 1000 * MIB), 125 * MIB);
    }

    #[test]
    fn duckdb_tells_the_memory_where_the_system_has_no_files_for_it() {
        assert_eq!(parse_bytes("12.5 MiB"), Some(12 * MIB + MIB / 2));
        assert_eq!(parse_bytes("512 bytes"), Some(512));
        assert_eq!(parse_bytes("12 parsecs"), None);
        let told = memory_by_duckdb().unwrap() as f64;
        let read = memory().unwrap() as f64;
        assert!((told / read - 1.0).abs() < 0.02, "{told} and {read}");
    }
}
