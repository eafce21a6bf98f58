/* Fragmentation and headroom of a node. */
#include "scheduler/gpu/measure.h"

/* How much more the best of the kinds counts than all of them: enough that the mean only tells
 * apart what the best leaves equal. */
#define BEST 8

void korch__gpu_look(korch__gpu_view *view, const korch__gpu_expected *expected,
                     const korch__gpu_node *node)
{
	*view = (korch__gpu_view){0};
	for (uint32_t i = 0; i < node->n_devices; i++) {
		int32_t left = node->devices[i] < 0 ? 0 : node->devices[i];
		left = left > KORCH__GPU_WHOLE ? KORCH__GPU_WHOLE : left;
		view->free += left;
		view->n_whole += left == KORCH__GPU_WHOLE;
		view->greatest = left > view->greatest ? left : view->greatest;
		view->worth += expected->worth[left];
		view->use += expected->use[left];
	}
}

/* What is free of devices that hold less than a pod wants of each. */
static int64_t lost_below(const korch__gpu_node *node, int32_t wanted)
{
	int64_t lost = 0;
	for (uint32_t i = 0; i < node->n_devices; i++)
		lost += node->devices[i] > 0 && node->devices[i] < wanted ? node->devices[i] : 0;
	return lost;
}

int64_t korch__gpu_fragmentation(const korch__gpu_expected *expected, const uint8_t *allowed,
                                 const korch__gpu_node *node)
{
	korch__gpu_view view;
	korch__gpu_look(&view, expected, node);
	int64_t sum = 0;
	for (size_t i = 0; view.free > 0 && i < expected->n_covering; i++) {
		const korch__gpu_kind *kind = &expected->kinds[i];
		const korch__gpu_request *request = &kind->request;
		int will_do = (request->share > 0 || request->whole > 0) &&
		              node->cpu_milli >= request->cpu_milli && (!allowed || allowed[kind->place]) &&
		              korch__gpu_has_devices(&view, kind);
		int32_t wanted = request->share > 0 ? request->share : KORCH__GPU_WHOLE;
		sum += kind->part * (will_do ? lost_below(node, wanted) : view.free);
	}
	return sum;
}

/* How often a request fits into what is left. */
static int64_t times(int64_t left, int64_t request)
{
	return request > 0 ? left / request : INT64_MAX;
}

int64_t korch__gpu_fetched(const korch__gpu_view *view, const korch__gpu_kind *kind,
                           const korch__gpu_node *node)
{
	const korch__gpu_request *request = &kind->request;
	if (kind->worth == 0 || node->cpu_milli < request->cpu_milli ||
	    node->memory_bytes < request->memory_bytes || !korch__gpu_has_devices(view, kind))
		return 0;
	int64_t by_cpu = times(node->cpu_milli, request->cpu_milli);
	int64_t by_memory = times(node->memory_bytes, request->memory_bytes);
	int64_t pods = by_cpu < by_memory ? by_cpu : by_memory;
	return pods > view->worth / kind->worth ? view->worth : pods * kind->worth;
}

int64_t korch__gpu_headroom(const korch__gpu_expected *expected, const uint8_t *allowed,
                            const korch__gpu_node *node)
{
	korch__gpu_view view;
	korch__gpu_look(&view, expected, node);
	int64_t sum = 0, best = 0;
	for (size_t i = 0; view.worth > 0 && i < expected->n; i++) {
		const korch__gpu_kind *kind = &expected->kinds[i];
		if (kind->weight == 0 || (allowed && !allowed[kind->place]))
			continue;
		int64_t fetched = korch__gpu_fetched(&view, kind, node);
		sum += kind->weight * fetched;
		best = fetched > best ? fetched : best;
	}
	return sum / KORCH__GPU_ONE + BEST * best + view.use;
}
