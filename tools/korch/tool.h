/* What the verbs of the korch program share: their table, exit codes, and how they say that
 * something is wrong. */
#ifndef KORCH_TOOL_H
#define KORCH_TOOL_H

#include <korch/error.h>
#include <korch/manifest.h>
#include <korch/problems.h>
#include <korch/scheduler.h>

enum {
	EXIT_FINE = 0,
	EXIT_FAILED = 1, /* bad input, or the work could not be done */
	EXIT_USAGE = 2,  /* the command line makes no sense */
};

int tool_up(int argc, char **argv);
int tool_validate(int argc, char **argv);
int tool_explain(int argc, char **argv);
int tool_schedule(int argc, char **argv);
int tool_rollout(int argc, char **argv);
int tool_store(int argc, char **argv);

/* "korch: …" on standard error; frees the error. Returns EXIT_FAILED. */
int tool_fail(korch_error *error);
/* "korch VERB: …" and a hint at --help. Returns EXIT_USAGE. */
int tool_usage(const char *verb, const char *format, ...) KORCH_PRINTF(2, 3);

/*
 * The scheduler's profiles of a name or a file into the options, which borrow from *out; that is
 * freed once a scheduler was made. option: the one of the command line, for messages.
 */
int tool_profile_load(korch_scheduler_profiles **out, korch_scheduler_options *options,
                      const char *option, const char *profile, korch_error **err);

/* How manifests are read by all verbs. */
typedef struct tool_paths {
	char *const *paths; /* files, folders, "-" for standard input */
	size_t n;
	int strict;
	int recursive;
	int keep_lines; /* 1: for korch_manifest_line_at() */
} tool_paths;

/*
 * Reads and checks all paths into one manifest (owned by the caller), whose problems tell what is
 * wrong. Returns 0, or the code of the first failure; *out is there in both cases unless memory is
 * short.
 */
int tool_read(korch_manifest **out, const tool_paths *paths, korch_error **err);
/* Calls fn with each problem as one line, and at last with the count of those that were not kept.
 * Returns the number of errors. */
size_t tool_each_problem(const korch_manifest *manifest,
                         void (*fn)(void *userdata, const char *line, int is_error),
                         void *userdata);

#endif
