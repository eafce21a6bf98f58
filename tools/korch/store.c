/* korch store check|backup|restore|compact: what one does with the file of a store. */
#include "schedule/jsonw.h"
#include "sealing.h"
#include "tool.h"

#include <getopt.h>
#include <inttypes.h>
#include <korch/store_file.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char USAGE[] =
    "usage: korch store check PATH             is the store at PATH whole, and what is in it\n"
    "       korch store backup PATH FILE       copy it to FILE, also while korch runs\n"
    "       korch store restore PATH FILE      make it of such a copy, which is checked first\n"
    "       korch store compact PATH           give space without use back\n"
    "PATH is a store's file, or the folder of `korch up --state`, which has it as store.db.\n"
    "  --force                backup, restore: replace what is there\n"
    "  --keep N               compact: changes that are kept for watches (default 16384)\n"
    "  --output text|json     lines (default), or one JSON object\n"
    "  --key-file NAME=FILE, --key-env NAME=VARIABLE, --encryption-config FILE  check, restore: as "
    "for korch up, to look into\n"
    "                         sealed values, too\n"
    "check only reads, also while korch runs; restore and compact want a store that no korch has.\n"
    "restore raises the store's revision, so that every client lists again.\n"
    "Exit status: 0 fine, 1 something is wrong or could not be done, 2 wrong usage.\n";

enum { KEEP_MAX = 1 << 24 };

typedef struct store_wish {
	char path[4096];
	const char *file; /* of the backup */
	int is_forced;
	size_t keep;
	int is_json;
	tool_sealing sealing;
	jsonw json;
} store_wish;

/* A verb: what it found or did in *out; a code, or 0. */
typedef int (*store_verb)(korch_store_file_report *out, store_wish *wish,
                          const korch_store_sqlite_options *options, korch_error **error);

static void print_problem(void *userdata, const char *line)
{
	store_wish *wish = userdata;
	if (wish->is_json)
		jsonw_text(&wish->json, NULL, line);
	else
		printf("%s: %s\n", wish->path, line);
}

static int run_check(korch_store_file_report *out, store_wish *wish,
                     const korch_store_sqlite_options *options, korch_error **error)
{
	return korch_store_file_check(out, options, print_problem, wish, error);
}

static int run_backup(korch_store_file_report *out, store_wish *wish,
                      const korch_store_sqlite_options *options, korch_error **error)
{
	return korch_store_file_backup(out, options, wish->file, wish->is_forced, error);
}

static int run_restore(korch_store_file_report *out, store_wish *wish,
                       const korch_store_sqlite_options *options, korch_error **error)
{
	return korch_store_file_restore(out, options, wish->file, wish->is_forced, error);
}

static int run_compact(korch_store_file_report *out, store_wish *wish,
                       const korch_store_sqlite_options *options, korch_error **error)
{
	return korch_store_file_compact(out, options, error);
}

static const struct {
	const char *name;
	store_verb run;
	int n_arguments;
	const char *done; /* for people */
} VERBS[] = {
    {"check", run_check, 1, "fine"},
    {"backup", run_backup, 2, "backed up"},
    {"restore", run_restore, 2, "restored"},
    {"compact", run_compact, 1, "compacted"},
};

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void print_size(uint64_t bytes)
{
	if (bytes < 10 * 1024 * 1024)
		printf("%" PRIu64 " KiB", (bytes + 1023) / 1024);
	else
		printf("%" PRIu64 " MiB", bytes / 1024 / 1024);
}

static void print_report(const store_wish *wish, const korch_store_file_report *report,
                         const char *done)
{
	if (report->problems > 0)
		printf("%s: %" PRIu64 " problem%s", wish->path, report->problems, plural(report->problems));
	else
		printf("%s: %s", wish->path, done);
	printf(", %" PRIu64 " object%s, revision %" PRIu64 ", %" PRIu64
	       " change%s since revision %" PRIu64 ", ",
	       report->objects, plural(report->objects), report->revision, report->changes,
	       plural(report->changes), report->compacted);
	print_size(report->bytes);
	printf(" of which ");
	print_size(report->free_bytes);
	printf(" free");
	if (report->sealed > 0)
		printf(", %" PRIu64 " sealed value%s not looked into", report->sealed,
		       plural(report->sealed));
	printf("\n");
}

static void write_report(store_wish *wish, const korch_store_file_report *report)
{
	jsonw_int(&wish->json, "objects", (int64_t)report->objects);
	jsonw_int(&wish->json, "revision", (int64_t)report->revision);
	jsonw_int(&wish->json, "compacted", (int64_t)report->compacted);
	jsonw_int(&wish->json, "changes", (int64_t)report->changes);
	jsonw_int(&wish->json, "bytes", (int64_t)report->bytes);
	jsonw_int(&wish->json, "freeBytes", (int64_t)report->free_bytes);
	jsonw_int(&wish->json, "sealed", (int64_t)report->sealed);
	jsonw_int(&wish->json, "problemCount", (int64_t)report->problems);
}

/* A folder stands for the store in it. */
static int set_path(store_wish *wish, const char *path)
{
	struct stat status;
	int is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
	int n = snprintf(wish->path, sizeof(wish->path), "%s%s", path, is_folder ? "/store.db" : "");
	return n > 0 && (size_t)n < sizeof(wish->path);
}

static int run(store_wish *wish, size_t verb, korch_sealer *sealer)
{
	const korch_store_sqlite_options options = {
	    .size = sizeof(options), .path = wish->path, .window = wish->keep, .sealer = sealer};
	korch_store_file_report report = {0};
	korch_error *error = NULL;
	wish->json = (jsonw){.out = stdout};
	if (wish->is_json) {
		jsonw_open(&wish->json, NULL, '{');
		jsonw_text(&wish->json, "path", wish->path);
		jsonw_open(&wish->json, "problems", '[');
	}
	int code = VERBS[verb].run(&report, wish, &options, &error);
	if (wish->is_json) {
		jsonw_close(&wish->json, ']');
		if (code == 0)
			write_report(wish, &report);
		else
			jsonw_text(&wish->json, "error", korch_error_message(error));
		jsonw_close(&wish->json, '}');
	}
	if (code < 0)
		return tool_fail(error);
	if (!wish->is_json)
		print_report(wish, &report, VERBS[verb].done);
	return report.problems > 0 ? EXIT_FAILED : EXIT_FINE;
}

static int parse_keep(size_t *out, const char *text)
{
	char *end = NULL;
	unsigned long long n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || n == 0 || n > KEEP_MAX)
		return tool_usage("store", "--keep %s: a number from 1 to %d", text, KEEP_MAX);
	*out = (size_t)n;
	return EXIT_FINE;
}

/* EXIT_FINE, EXIT_USAGE, or -1: help was wanted. */
static int parse(store_wish *wish, int argc, char **argv)
{
	static const struct option OPTIONS[] = {
	    {"force", no_argument, NULL, 'f'},
	    {"keep", required_argument, NULL, 'k'},
	    {"output", required_argument, NULL, 'o'},
	    {"help", no_argument, NULL, 'h'},
	    {"key-file", required_argument, NULL, 'F'},
	    {"key-env", required_argument, NULL, 'V'},
	    {"encryption-config", required_argument, NULL, 'e'},
	    {0},
	};
	int option, code = EXIT_FINE;
	opterr = 0;
	while (code == EXIT_FINE &&
	       (option = getopt_long(argc, argv, "fk:o:hF:V:e:", OPTIONS, NULL)) != -1) {
		if (option == 'h') {
			fputs(USAGE, stdout);
			return -1;
		}
		if (option == '?')
			return tool_usage("store", "unknown option, or one without its value: %s",
			                  argv[optind - 1]);
		if (option == 'k')
			code = parse_keep(&wish->keep, optarg);
		if (option == 'F')
			code = tool_sealing_add_key(&wish->sealing, "store", "--key-file", optarg);
		if (option == 'V')
			code = tool_sealing_add_key(&wish->sealing, "store", "--key-env", optarg);
		if (option == 'e')
			wish->sealing.encryption_config = optarg;
		if (option == 'o' && strcmp(optarg, "text") != 0 && strcmp(optarg, "json") != 0)
			return tool_usage("store", "--output %s: text or json", optarg);
		wish->is_json |= option == 'o' && strcmp(optarg, "json") == 0;
		wish->is_forced |= option == 'f';
	}
	return code == EXIT_FINE ? tool_sealing_check(&wish->sealing, "store") : code;
}

static int run_sealed(store_wish *wish, size_t verb)
{
	korch_sealer *sealer = NULL;
	korch_error *error = NULL;
	int code = tool_sealing_open(&sealer, &wish->sealing, &error);
	code = code < 0 ? tool_fail(error) : run(wish, verb, sealer);
	korch_sealer_free(sealer);
	return code;
}

static int choose(store_wish *wish, int n, char **arguments)
{
	if (n == 0)
		return tool_usage("store", "check, backup, restore or compact?");
	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]); i++) {
		if (strcmp(arguments[0], VERBS[i].name) != 0)
			continue;
		if (n != 1 + VERBS[i].n_arguments)
			return tool_usage("store", "%s wants PATH%s", arguments[0],
			                  VERBS[i].n_arguments > 1 ? " and FILE" : "");
		if (!set_path(wish, arguments[1]))
			return tool_usage("store", "a path that is too long");
		wish->file = n > 2 ? arguments[2] : NULL;
		return run_sealed(wish, i);
	}
	return tool_usage("store", "\"%s\" is not check, backup, restore or compact", arguments[0]);
}

int tool_store(int argc, char **argv)
{
	static store_wish wish;
	int code = parse(&wish, argc, argv);
	if (code == EXIT_FINE)
		code = choose(&wish, argc - optind, argv + optind);
	tool_sealing_fini(&wish.sealing);
	return code < 0 ? EXIT_FINE : code;
}
