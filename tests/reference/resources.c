/* Scores of resources: NodeResourcesFit's three strategies, NodeResourcesBalancedAllocation. */
#include "internal.h"
#include <math.h>

/* Both 0 when the resource is not looked at on this node. */
typedef struct fill {
	int64_t requested, allocatable;
} fill;

static fill fill_of(const reference_cluster *cluster, const korch_pod *pod, size_t node,
                    const char *resource, int how)
{
	fill none = {0}, out;
	int64_t wanted = reference_request(pod, resource, how);
	if (wanted == 0 && reference_is_scalar(resource))
		return none;
	if (reference_same(resource, "pods"))
		return none;
	out.allocatable = reference_allocatable(cluster->nodes[node], resource);
	out.requested = reference_used(cluster, node, resource, how) + wanted;
	return out.allocatable == 0 ? none : out;
}

static int64_t at_shape(const reference_profile *profile, int64_t utilization)
{
	const reference_point *p = profile->shape;
	for (size_t i = 0; i < profile->n_shape; i++) {
		if (utilization > p[i].utilization)
			continue;
		if (i == 0)
			return p[0].score * 10;
		return p[i - 1].score * 10 + (p[i].score - p[i - 1].score) * 10 *
		                                 (utilization - p[i - 1].utilization) /
		                                 (p[i].utilization - p[i - 1].utilization);
	}
	return p[profile->n_shape - 1].score * 10;
}

static int64_t one_resource(const reference_profile *profile, fill f)
{
	int over = f.requested > f.allocatable;
	if (profile->strategy == REFERENCE_LEAST)
		return over ? 0 : (f.allocatable - f.requested) * 100 / f.allocatable;
	if (profile->strategy == REFERENCE_MOST)
		return over ? 100 : f.requested * 100 / f.allocatable;
	return at_shape(profile, over ? 100 : f.requested * 100 / f.allocatable);
}

int64_t reference_fit_score(const reference_cluster *cluster, const reference_profile *profile,
                            const korch_pod *pod, size_t node)
{
	int64_t score = 0, weights = 0;
	for (size_t i = 0; i < profile->n_fit; i++) {
		fill f = fill_of(cluster, pod, node, profile->fit[i].name, REFERENCE_NON_ZERO);
		if (f.allocatable == 0)
			continue;
		int64_t one = one_resource(profile, f);
		if (profile->strategy == REFERENCE_RATIO && one <= 0)
			continue;
		score += one * profile->fit[i].weight;
		weights += profile->fit[i].weight;
	}
	if (weights == 0)
		return 0;
	return profile->strategy == REFERENCE_RATIO ? (int64_t)round((double)score / (double)weights)
	                                            : score / weights;
}

static int requests_nothing(const reference_profile *profile, const korch_pod *pod)
{
	for (size_t i = 0; i < profile->n_balanced; i++)
		if (reference_request(pod, profile->balanced[i].name, REFERENCE_AS_ASKED) != 0)
			return 0;
	return 1;
}

static double deviation(const double *fractions, size_t n)
{
	double mean = 0, sum = 0;
	if (n < 2)
		return 0;
	if (n == 2)
		return fabs((fractions[0] - fractions[1]) / 2);
	for (size_t i = 0; i < n; i++)
		mean += fractions[i];
	mean /= (double)n;
	for (size_t i = 0; i < n; i++)
		sum += (fractions[i] - mean) * (fractions[i] - mean);
	return sqrt(sum / (double)n);
}

int64_t reference_balanced_score(const reference_cluster *cluster, const reference_profile *profile,
                                 const korch_pod *pod, size_t node)
{
	double fractions[16];
	size_t n = 0;
	if (requests_nothing(profile, pod))
		return 0;
	for (size_t i = 0; i < profile->n_balanced && i < 16; i++) {
		fill f = fill_of(cluster, pod, node, profile->balanced[i].name, REFERENCE_AS_ASKED);
		if (f.allocatable == 0)
			continue;
		fractions[n] = (double)f.requested / (double)f.allocatable;
		if (fractions[n] > 1)
			fractions[n] = 1;
		n++;
	}
	return (int64_t)((1 - deviation(fractions, n)) * 100);
}
