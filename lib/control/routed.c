/* What an object asks of a traffic router: releasing it. */
#include "control/routed.h"
#include "base/alloc.h"
#include "object/tree.h"

void korch__asked_traffic_fini(korch__asked_traffic *traffic)
{
	korch__free(traffic->matches);
	korch__free(traffic->headers);
	json_object_put(traffic->tree);
	traffic->matches = NULL;
	traffic->headers = NULL;
	traffic->tree = NULL;
}
