/* Reading the command line of `korch schedule`. */
#include "schedule/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
    "usage: korch schedule --nodes FILE… --pods FILE… [OPTION…]\n"
    "Says which node each pod would go to, and why not; nothing is run. Files hold manifests (YAML "
    "or JSON: nodes, pods,\n"
    "workloads, namespaces, budgets, claims, priority classes) or CSV; - is standard input. Pods "
    "that are on a node stay there,\n"
    "the others go by priority, then in the order of the files.\n"
    "  --nodes FILE           may be repeated\n"
    "  --pods FILE            may be repeated\n"
    "  --profile P            default-scheduler, spread, binpack, best-fit, dot-product, "
    "gpu-fragmentation, gpu-headroom,\n"
    "                         or a KubeSchedulerConfiguration file\n"
    "  --explain POD          what each filter and score says of each node, for NAME or "
    "NAMESPACE/NAME\n"
    "  -o, --output FORMAT    table (default), json or csv\n"
    "  --html FILE            also write a map of the nodes and what is on them, one page\n"
    "  --batch                place the pods that wait together, not one by one\n"
    "  --preempt              pods of higher priority drive out others\n"
    "Instead of the bindings, once all pods are placed (nothing is moved):\n"
    "  --drain NODE           where the node's pods would go\n"
    "  --compact              the fewest nodes that still hold all pods\n"
    "  --rebalance N          at most N moves that improve --goal balance (default) or packing\n"
    "  --headroom POD         how many more pods like this one fit\n"
    "Further options:\n"
    "  --ties name|seeded     of equal nodes take the first by name (default), or by an order "
    "drawn "
    "from the seed\n"
    "  --seed N               the seed, and --ties seeded\n"
    "Exit status: 0 decided (pods may be pending), 1 bad input or failure, 2 wrong usage.\n";

static int add_file(schedule_options *options, const char *path, int is_of_nodes)
{
	if (options->n_files == FILES_MAX)
		return tool_usage("schedule", "at most %d files", FILES_MAX);
	options->files[options->n_files++] = (input_file){path, is_of_nodes};
	return EXIT_FINE;
}

static int set_format(schedule_options *options, const char *text)
{
	static const char *const NAMES[] = {"table", "json", "csv"};
	for (int i = 0; i < 3; i++)
		if (strcmp(text, NAMES[i]) == 0) {
			options->format = (schedule_format)i;
			return EXIT_FINE;
		}
	return tool_usage("schedule", "--output %s: table, json or csv", text);
}

static int set_ties(schedule_options *options, const char *text)
{
	if (strcmp(text, "name") != 0 && strcmp(text, "seeded") != 0)
		return tool_usage("schedule", "--ties %s: name or seeded", text);
	options->is_seeded = text[0] == 's';
	return EXIT_FINE;
}

static int set_seed(schedule_options *options, const char *text)
{
	char *end;
	errno = 0;
	options->seed = strtoull(text, &end, 10);
	options->is_seeded = 1;
	if (errno || end == text || *end || *text == '-')
		return tool_usage("schedule", "--seed %s: a number from 0 to 2^64 - 1", text);
	return EXIT_FINE;
}

static int set_question(schedule_options *options, schedule_question question, const char *subject)
{
	if (options->question != QUESTION_NONE)
		return tool_usage("schedule",
		                  "one of --drain, --compact, --rebalance, --headroom at a time");
	options->question = question;
	options->subject = subject;
	return EXIT_FINE;
}

static int set_rebalance(schedule_options *options, const char *text)
{
	char *end;
	errno = 0;
	unsigned long n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n == 0 || n > 10000)
		return tool_usage("schedule", "--rebalance %s: a number of moves from 1 to 10000", text);
	options->moves = (uint32_t)n;
	return set_question(options, QUESTION_REBALANCE, NULL);
}

static int set_goal(schedule_options *options, const char *text)
{
	if (strcmp(text, "balance") != 0 && strcmp(text, "packing") != 0)
		return tool_usage("schedule", "--goal %s: balance or packing", text);
	options->is_packing = text[0] == 'p';
	options->has_goal = 1;
	return EXIT_FINE;
}

static int set_whatif(schedule_options *options, int option, const char *value)
{
	switch (option) {
	case 'd':
		return set_question(options, QUESTION_DRAIN, value);
	case 'c':
		return set_question(options, QUESTION_COMPACT, NULL);
	case 'r':
		return set_rebalance(options, value);
	case 'g':
		return set_goal(options, value);
	case 'R':
		return set_question(options, QUESTION_HEADROOM, value);
	default:
		options->is_preempting = 1;
		return EXIT_FINE;
	}
}

static int set_option(schedule_options *options, int option, const char *value)
{
	switch (option) {
	case 'n':
	case 'p':
		return add_file(options, value, option == 'n');
	case 'P':
		options->profile = value;
		return EXIT_FINE;
	case 'e':
		options->explain = value;
		return EXIT_FINE;
	case 'H':
		options->html = value;
		return EXIT_FINE;
	case 'o':
		return set_format(options, value);
	case 't':
		return set_ties(options, value);
	case 's':
		return set_seed(options, value);
	case 'b':
		options->is_batch = 1;
		return EXIT_FINE;
	default:
		return set_whatif(options, option, value);
	}
}

static int check(const schedule_options *options)
{
	int has_nodes = 0, has_pods = 0;
	for (size_t i = 0; i < options->n_files; i++) {
		has_nodes |= options->files[i].is_of_nodes;
		has_pods |= !options->files[i].is_of_nodes;
	}
	if (!has_nodes)
		return tool_usage("schedule", "which nodes? --nodes FILE");
	if (!has_pods)
		return tool_usage("schedule", "which pods? --pods FILE");
	if (options->explain && options->question != QUESTION_NONE)
		return tool_usage("schedule", "either --explain, or a question about nodes");
	if (options->has_goal && options->question != QUESTION_REBALANCE)
		return tool_usage("schedule", "--goal is that of --rebalance");
	return EXIT_FINE;
}

int schedule_options_parse(schedule_options *options, int argc, char **argv)
{
	static const struct option OPTIONS[] = {
	    {"nodes", required_argument, NULL, 'n'},
	    {"pods", required_argument, NULL, 'p'},
	    {"profile", required_argument, NULL, 'P'},
	    {"explain", required_argument, NULL, 'e'},
	    {"output", required_argument, NULL, 'o'},
	    {"html", required_argument, NULL, 'H'},
	    {"ties", required_argument, NULL, 't'},
	    {"seed", required_argument, NULL, 's'},
	    {"batch", no_argument, NULL, 'b'},
	    {"preempt", no_argument, NULL, 'x'},
	    {"drain", required_argument, NULL, 'd'},
	    {"compact", no_argument, NULL, 'c'},
	    {"rebalance", required_argument, NULL, 'r'},
	    {"goal", required_argument, NULL, 'g'},
	    {"headroom", required_argument, NULL, 'R'},
	    {"help", no_argument, NULL, 'h'},
	    {0},
	};
	int option;
	int code = EXIT_FINE;
	opterr = 0;
	while (code == EXIT_FINE && (option = getopt_long(argc, argv, "o:h", OPTIONS, NULL)) != -1) {
		if (option == 'h') {
			fputs(USAGE, stdout);
			return -1;
		}
		if (option == '?')
			return tool_usage("schedule", "unknown option, or one without its value: %s",
			                  argv[optind - 1]);
		code = set_option(options, option, optarg);
	}
	if (code == EXIT_FINE && optind < argc)
		return tool_usage("schedule", "what is %s? --nodes FILE, --pods FILE", argv[optind]);
	return code == EXIT_FINE ? check(options) : code;
}
