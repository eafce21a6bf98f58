/*
 * The heads of shared blocks and the counting of references, for the files that make blocks
 * (string.c, block.c, map.c, list.c).
 */
#ifndef KORCH_OBJECT_BLOCK_H
#define KORCH_OBJECT_BLOCK_H

#include <korch/struct.h>
#include <stdatomic.h>

/*
 * Head of a struct (count 0) or an array (count = entries that there is room for, all of them valid
 * or zero). Blocks without a table of their own bear one of the marks below. From
 * KORCH__REFS_FOREVER on a block is never freed: constants, and counts that ran away.
 */
typedef struct korch__block_head {
	const korch_type *type;
	_Atomic uint32_t refs;
	uint32_t count;
} korch__block_head;

#define KORCH__REFS_FOREVER UINT32_C(0x80000000)

extern const korch_type korch__mark_map, korch__mark_strings, korch__mark_int32s,
    korch__mark_int64s;

static inline korch__block_head *korch__block_head_of(const void *block)
{
	return (korch__block_head *)(uintptr_t)block - 1;
}

static inline void korch__refs_inc(_Atomic uint32_t *refs)
{
	if (atomic_load_explicit(refs, memory_order_relaxed) < KORCH__REFS_FOREVER)
		atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
}

/* 1 when that was the last reference. */
static inline int korch__refs_dec(_Atomic uint32_t *refs)
{
	if (atomic_load_explicit(refs, memory_order_relaxed) >= KORCH__REFS_FOREVER)
		return 0;
	return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

/* A zeroed block with one reference; count 0: one struct of `size` bytes, otherwise `count` items
 * of `size`. NULL: no memory. */
void *korch__block_new(const korch_type *type, size_t count, size_t size);

/* Bytes of one item of a list of that kind. */
size_t korch__item_size(const korch_field *field);
/* The mark or table that an array of that list bears. */
const korch_type *korch__list_type(const korch_field *field);
/* As korch_list_edit() for a list of any kind. */
void *korch__list_edit(void *slot, size_t *n_slot, const korch_type *type, size_t size, size_t n);
/* The entry of a struct's list that goes with an entry of another version of it: same merge key, or
 * same place. NULL: none. */
const void *korch__list_partner(const void *of, const korch_field *field, const void *item,
                                size_t i);
static inline void *korch__member(const void *self, size_t offset)
{
	return (char *)(uintptr_t)self + offset;
}

#define KORCH__MEMBER(type_, self, offset_) (*(type_ *)korch__member((self), (offset_)))

/* Lets a member go and zeroes it. */
void korch__field_clear(void *self, const korch_field *field);
/* Whether a field has a value that is not its zero, the present bit aside. */
int korch__field_has_value(const void *self, const korch_field *field);
/* As korch_struct_equal() for the fields whose bit is not set in skip alone, unknown fields aside.
 */
int korch__fields_equal(const void *a, const void *b, const korch_type *type, uint64_t skip);
/* As korch_struct_equal() leaving out the fields whose bit is set in skip. */
int korch__struct_equal_but(const void *a, const void *b, const korch_type *type, uint64_t skip);

#endif
