/*
 * Cutting stock by column generation: a pattern is a set of shares that fit together on a device; a
 * basis of as many patterns as sizes is improved by the pattern that is worth most at the prices of
 * the moment, until no pattern is worth more than the device. Doubles, in a fixed order: the same
 * sizes give the same prices.
 */
#include "scheduler/gpu/worth.h"
#include "base/cleanup.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is nearer to nothing than this is nothing. */
#define NEAR 1e-9
/* Far more steps than were ever needed; then the prices are those of the moment. */
#define STEPS_MAX 2000

typedef struct program {
	const korch__gpu_size *sizes;
	size_t n;
	double *inverse; /* of the basis, n × n */
	double *amount;  /* devices cut by each pattern of the basis */
	double *cost;    /* 1 for a pattern, 0 for more room than was asked for */
	double *price;   /* by size */
	double *column;  /* that enters */
	double *step;    /* what each pattern of the basis loses by it */
} program;

/* One pattern for each size: as many of it as fit. */
static void start(program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		int32_t fit = KORCH__GPU_WHOLE / p->sizes[i].share;
		p->inverse[i * p->n + i] = 1.0 / fit;
		p->amount[i] = (double)p->sizes[i].pods / fit;
		p->cost[i] = 1;
	}
}

static void find_prices(program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		p->price[i] = 0;
		for (size_t j = 0; j < p->n; j++)
			p->price[i] += p->cost[j] * p->inverse[j * p->n + i];
	}
}

/* The pattern worth most (a knapsack); 0 when it is worth no more than a device. */
static int find_pattern(program *p)
{
	double best[KORCH__GPU_WHOLE + 1] = {0};
	size_t last[KORCH__GPU_WHOLE + 1];
	for (int32_t r = 1; r <= KORCH__GPU_WHOLE; r++) {
		best[r] = best[r - 1];
		last[r] = p->n;
		for (size_t i = 0; i < p->n && p->sizes[i].share <= r; i++) {
			double worth = p->price[i] + best[r - p->sizes[i].share];
			if (worth > best[r] + NEAR) {
				best[r] = worth;
				last[r] = i;
			}
		}
	}
	if (best[KORCH__GPU_WHOLE] <= 1 + NEAR)
		return 0;
	for (int32_t r = KORCH__GPU_WHOLE; r > 0;) {
		if (last[r] == p->n) {
			r--;
			continue;
		}
		p->column[last[r]]++;
		r -= p->sizes[last[r]].share;
	}
	return 1;
}

/* What enters the basis, into p->column; its cost, or -1 when nothing improves it. */
static double find_column(program *p)
{
	size_t least = 0;
	memset(p->column, 0, p->n * sizeof(*p->column));
	for (size_t i = 1; i < p->n; i++)
		least = p->price[i] < p->price[least] ? i : least;
	if (p->price[least] < -NEAR) { /* one pod fewer would cost more: leave room empty */
		p->column[least] = -1;
		return 0;
	}
	return find_pattern(p) ? 1 : -1;
}

/* The pattern that leaves the basis; p->n when there is none. */
static size_t find_leaving(program *p)
{
	size_t leaving = p->n;
	double least = 0;
	for (size_t i = 0; i < p->n; i++) {
		p->step[i] = 0;
		for (size_t j = 0; j < p->n; j++)
			p->step[i] += p->inverse[i * p->n + j] * p->column[j];
		if (p->step[i] <= NEAR)
			continue;
		double ratio = p->amount[i] / p->step[i];
		if (leaving == p->n || ratio < least - NEAR) {
			leaving = i;
			least = ratio;
		}
	}
	return leaving;
}

static void exchange(program *p, size_t leaving, double cost)
{
	double pivot = p->step[leaving], amount = p->amount[leaving] / pivot;
	double *row = p->inverse + leaving * p->n;
	for (size_t j = 0; j < p->n; j++)
		row[j] /= pivot;
	for (size_t i = 0; i < p->n; i++) {
		if (i == leaving)
			continue;
		p->amount[i] -= amount * p->step[i];
		for (size_t j = 0; j < p->n; j++)
			p->inverse[i * p->n + j] -= p->step[i] * row[j];
	}
	p->amount[leaving] = amount;
	p->cost[leaving] = cost;
}

static void solve(program *p)
{
	start(p);
	for (int i = 0; i < STEPS_MAX; i++) {
		find_prices(p);
		double cost = find_column(p);
		size_t leaving = cost < 0 ? p->n : find_leaving(p);
		if (leaving == p->n)
			break;
		exchange(p, leaving, cost);
	}
	find_prices(p);
}

static int by_share(const void *a, const void *b)
{
	int32_t x = ((const korch__gpu_size *)a)->share, y = ((const korch__gpu_size *)b)->share;
	return (x > y) - (x < y);
}

int korch__gpu_price_sizes(korch__gpu_size *sizes, size_t n)
{
	if (n == 0)
		return 0;
	_cleanup_free_ double *room = korch__calloc(n * (n + 5), sizeof(*room));
	if (!room)
		return KORCH_E_NOMEM;
	qsort(sizes, n, sizeof(*sizes), by_share);
	program p = {.sizes = sizes, .n = n, .inverse = room};
	double **const vectors[] = {&p.amount, &p.cost, &p.price, &p.column, &p.step};
	for (size_t i = 0; i < KORCH_COUNT(vectors); i++)
		*vectors[i] = room + n * n + n * i;
	solve(&p);
	for (size_t i = 0; i < n; i++) {
		double price = p.price[i] < 0 ? 0 : p.price[i] > 1 ? 1 : p.price[i];
		sizes[i].price = (int32_t)lround(price * KORCH__GPU_UNIT);
	}
	return 0;
}

void korch__gpu_price_rests(int32_t worth[KORCH__GPU_WHOLE + 1], const korch__gpu_size *sizes,
                            size_t n)
{
	worth[0] = 0;
	for (int32_t r = 1; r < KORCH__GPU_WHOLE; r++) {
		worth[r] = worth[r - 1];
		for (size_t i = 0; i < n; i++) {
			if (sizes[i].share > r)
				continue;
			int32_t with = sizes[i].price + worth[r - sizes[i].share];
			worth[r] = with > worth[r] ? with : worth[r];
		}
		worth[r] = worth[r] > KORCH__GPU_UNIT ? KORCH__GPU_UNIT : worth[r];
	}
	worth[KORCH__GPU_WHOLE] = KORCH__GPU_UNIT;
}

/* What r thousandths are used when a pod comes, and `before` of them when none does. */
static int64_t use_with(const int32_t *before, int32_t r, int32_t share)
{
	int64_t without = before[r];
	if (share > r)
		return without;
	int64_t with = (int64_t)share * (KORCH__GPU_UNIT / KORCH__GPU_WHOLE) + before[r - share];
	return with > without ? with : without;
}

void korch__gpu_expect_use(int32_t use[KORCH__GPU_WHOLE + 1], const korch__gpu_size *sizes,
                           size_t n, int64_t others, int offers)
{
	int32_t before[KORCH__GPU_WHOLE + 1] = {0};
	double pods = (double)others;
	for (size_t i = 0; i < n; i++)
		pods += (double)sizes[i].pods;
	memset(use, 0, sizeof(before));
	for (int k = 0; k < offers && pods > 0; k++) {
		memcpy(before, use, sizeof(before));
		for (int32_t r = 0; r <= KORCH__GPU_WHOLE; r++) {
			double sum = (double)others * (double)use_with(before, r, KORCH__GPU_WHOLE);
			for (size_t i = 0; i < n; i++)
				sum += (double)sizes[i].pods * (double)use_with(before, r, sizes[i].share);
			use[r] = (int32_t)lround(sum / pods);
		}
	}
}
