/* What processes use and what this machine has, read from /proc and the file system. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { DEPTH_MAX = 64, PODS_MAX = 110 };

struct stat_line {
	unsigned long long user_ticks;
	unsigned long long system_ticks;
	unsigned long long start_ticks;
	char state;
	long resident_pages;
};

/*
 * Fields 14, 15, 22 and 24 of /proc/PID/stat; the name in field 2 may hold anything but its last
 * ')' ends it.
 */
static int read_stat(struct stat_line *out, pid_t pid)
{
	char path[64];
	char text[1024];
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	const char *at = strrchr(text, ')');
	if (!at)
		return -1;
	int found = sscanf(at + 1,
	                   " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d "
	                   "%*d %llu %*u %ld",
	                   &out->state, &out->user_ticks, &out->system_ticks, &out->start_ticks,
	                   &out->resident_pages);
	return found == 5 ? 0 : -1;
}

unsigned long long korch__process_start_time(pid_t pid)
{
	struct stat_line line;
	return read_stat(&line, pid) == 0 && line.state != 'Z' && line.state != 'X' ? line.start_ticks
	                                                                            : 0;
}

static void add_tree(korch_usage *out, pid_t pid, int depth);

static void add_children(korch_usage *out, pid_t pid, const char *thread, int depth)
{
	char path[320];
	int child;
	snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)pid, thread);
	FILE *file = fopen(path, "re");
	while (file && fscanf(file, "%d", &child) == 1)
		add_tree(out, (pid_t)child, depth + 1);
	if (file)
		fclose(file);
}

static void add_tree(korch_usage *out, pid_t pid, int depth)
{
	char path[64];
	struct stat_line line;
	if (depth > DEPTH_MAX || read_stat(&line, pid) < 0)
		return;
	out->cpu_usec +=
	    (int64_t)((line.user_ticks + line.system_ticks) * (unsigned long long)KORCH_USEC_PER_SEC /
	              (unsigned long long)sysconf(_SC_CLK_TCK));
	out->memory_bytes += line.resident_pages * sysconf(_SC_PAGESIZE);
	out->processes++;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	DIR *threads = opendir(path);
	struct dirent *thread;
	while (threads && (thread = readdir(threads)))
		if (thread->d_name[0] != '.')
			add_children(out, pid, thread->d_name, depth);
	if (threads)
		closedir(threads);
}

void korch__process_usage(korch_usage *out, pid_t pid, korch_usec now)
{
	*out = (korch_usage){.at_us = now};
	add_tree(out, pid, 0);
}

int korch__process_capacity(korch_node_capacity *out, const char *folder)
{
	cpu_set_t cpus;
	struct statvfs file_system;
	long processors = sched_getaffinity(0, sizeof(cpus), &cpus) == 0
	                      ? CPU_COUNT(&cpus)
	                      : sysconf(_SC_NPROCESSORS_ONLN);
	*out = (korch_node_capacity){
	    .cpu_milli = processors * 1000,
	    .memory_bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE),
	    .pods = PODS_MAX,
	};
	if (statvfs(folder, &file_system) == 0)
		out->storage_bytes = (int64_t)file_system.f_blocks * (int64_t)file_system.f_frsize;
	return 0;
}
