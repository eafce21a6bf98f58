/* korch explain KIND[.path]: what a kind or a field is, from the same tables that decode and
 * validate. */
#include "tool.h"

#include <getopt.h>
#include <korch/explain.h>
#include <stdio.h>
#include <stdlib.h>

static const char USAGE[] =
    "usage: korch explain [--recursive] KIND[.path.to.field]\n"
    "KIND as kubectl takes it: deployment, deploy, deployments.apps, po, svc …\n";

int tool_explain(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
	    {"recursive", no_argument, NULL, 'R'},
	    {"help", no_argument, NULL, 'h'},
	    {0},
	};
	int recursive = 0;
	int option;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "Rh", OPTIONS, NULL)) != -1) {
		if (option == 'h') {
			fputs(USAGE, stdout);
			return EXIT_FINE;
		}
		if (option == '?')
			return tool_usage("explain", "unknown option %s", argv[optind - 1]);
		recursive = 1;
	}
	if (optind + 1 != argc)
		return tool_usage("explain",
		                  optind == argc ? "which kind?" : "one kind or field at a time");
	korch_error *error = NULL;
	char *text = NULL;
	if (korch_explain(&text, argv[optind], recursive ? KORCH_EXPLAIN_RECURSIVE : 0, &error) < 0)
		return tool_fail(error);
	fputs(text, stdout);
	free(text);
	return EXIT_FINE;
}
