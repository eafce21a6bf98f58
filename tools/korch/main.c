/* The korch program: finds the verb and runs it. Each verb has a file of its own. */
#include "tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef KORCH_VERSION
#define KORCH_VERSION "unknown"
#endif

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *meaning;
} VERBS[] = {
    {"up", tool_up, "run manifests on this machine, in the foreground, until Ctrl-C"},
    {"validate", tool_validate, "check manifests and say what is wrong, with file and line"},
    {"schedule", tool_schedule, "say which node each pod would go to, and why not"},
    {"rollout", tool_rollout, "rehearse a rollout in virtual time, or draw the timeline of one"},
    {"store", tool_store, "check, back up, restore or compact the store of korch up --state"},
    {"explain", tool_explain, "describe a kind or a field: korch explain deployment.spec.strategy"},
};

static void print_usage(FILE *out)
{
	fprintf(out, "usage: korch VERB [ARGUMENT…]\n");
	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]); i++)
		fprintf(out, "  %-10s %s\n", VERBS[i].name, VERBS[i].meaning);
	fprintf(out, "  %-10s print the version\nkorch VERB --help says more about each.\n", "version");
}

int tool_fail(korch_error *error)
{
	char *text = korch_error_format(error);
	fprintf(stderr, "korch: %s\n", text ? text : korch_code_text(korch_error_code(error)));
	free(text);
	korch_error_free(error);
	return EXIT_FAILED;
}

int tool_usage(const char *verb, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "korch %s: ", verb);
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\ntry: korch %s --help\n", verb);
	va_end(arguments);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
		printf("korch %s\n", KORCH_VERSION);
		return EXIT_FINE;
	}
	for (size_t i = 0; i < sizeof(VERBS) / sizeof(VERBS[0]); i++)
		if (strcmp(argv[1], VERBS[i].name) == 0)
			return VERBS[i].run(argc - 1, argv + 1);
	fprintf(stderr, "korch: no verb is called \"%s\"\n", argv[1]);
	print_usage(stderr);
	return EXIT_USAGE;
}
