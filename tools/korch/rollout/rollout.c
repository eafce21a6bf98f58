/* korch rollout VERB: what there is to do with rollouts beside `korch up`. */
#include "nearest.h"
#include "rollout/rehearse.h"
#include "tool.h"

#include <stdio.h>
#include <string.h>

static const char USAGE[] =
    "usage: korch rollout rehearse FILE… --script SCRIPT [OPTION…]\n"
    "       korch rollout timeline FILE --html OUT\n"
    "  rehearse  plays rollouts in virtual time on simulated nodes and tells what would happen\n"
    "  timeline  writes the timeline of a run, from its recorded events, as one page\n"
    "korch rollout VERB --help says more about each.\n";

int tool_rollout(int argc, char **argv)
{
	static const char *const NAMES[] = {"rehearse", "timeline"};
	if (argc < 2)
		return tool_usage("rollout", "which verb? rehearse or timeline");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(USAGE, stdout);
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "rehearse") == 0)
		return rollout_rehearse(argc - 1, argv + 1);
	if (strcmp(argv[1], "timeline") == 0)
		return rollout_timeline(argc - 1, argv + 1);
	const char *meant = nearest_name(argv[1], NAMES, 2);
	return tool_usage("rollout", "no verb is called \"%s\"%s%s%s", argv[1],
	                  meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
}
