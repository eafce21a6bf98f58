/* korch validate FILE…: checks manifests against the tables and says what is wrong, one line each.
 */
#include "tool.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: korch validate [--strict] [--recursive] [--quiet] FILE…\n"
    "Checks manifests (files, folders, - for standard input) and prints a line for each problem:\n"
    "  FILE:LINE: PATH: what is wrong, what is allowed\n"
    "Unknown fields are warnings, with --strict errors. Exit status: 0 all is well, 1 there is an "
    "error, 2 wrong usage.\n";

static void print_problem(void *userdata, const char *line, int is_error)
{
	printf("%s%s\n", is_error ? "" : "warning: ", line);
}

static void print_summary(const korch_manifest *manifest, size_t errors)
{
	size_t n = korch_manifest_count(manifest);
	size_t warnings =
	    korch_problems_total(korch_manifest_problems(manifest), KORCH_SEVERITY_WARNING);
	printf("%zu object%s in %zu file%s: %zu error%s, %zu warning%s\n", n, n == 1 ? "" : "s",
	       korch_manifest_files(manifest), korch_manifest_files(manifest) == 1 ? "" : "s", errors,
	       errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

int tool_validate(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
	    {"strict", no_argument, NULL, 's'},
	    {"recursive", no_argument, NULL, 'R'},
	    {"quiet", no_argument, NULL, 'q'},
	    {"help", no_argument, NULL, 'h'},
	    {0},
	};
	tool_paths paths = {0};
	int quiet = 0;
	int option;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "sRqh", OPTIONS, NULL)) != -1) {
		if (option == 'h') {
			fputs(USAGE, stdout);
			return EXIT_FINE;
		}
		if (option == '?')
			return tool_usage("validate", "unknown option %s", argv[optind - 1]);
		paths.strict |= option == 's';
		paths.recursive |= option == 'R';
		quiet |= option == 'q';
	}
	if (optind == argc)
		return tool_usage("validate", "which file?");
	paths.paths = argv + optind;
	paths.n = (size_t)(argc - optind);
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	int code = tool_read(&manifest, &paths, &error);
	if (!manifest)
		return tool_fail(error);
	size_t errors = tool_each_problem(manifest, print_problem, NULL);
	if (code < 0 && errors == 0) {
		char *text = korch_error_format(error);
		print_problem(NULL, text ? text : korch_code_text(code), 1);
		free(text);
		errors = 1;
	}
	korch_error_free(error);
	if (!quiet)
		print_summary(manifest, errors);
	korch_manifest_free(manifest);
	return code < 0 || errors ? EXIT_FAILED : EXIT_FINE;
}
