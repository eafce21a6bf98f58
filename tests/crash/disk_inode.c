/* Files of the disk: what they hold now, what of it is durable, and the changes in between. */
#include "disk_inside.h"
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void resize(disk_bytes *bytes, size_t n)
{
	if (n > bytes->cap) {
		bytes->cap = n + n / 2 + 4096;
		bytes->data = must(realloc(bytes->data, bytes->cap));
	}
	if (n > bytes->n)
		memset(bytes->data + bytes->n, 0, n - bytes->n);
	bytes->n = n;
}

static void put(disk_bytes *bytes, const void *data, size_t n, size_t offset)
{
	if (offset + n > bytes->n)
		resize(bytes, offset + n);
	memcpy(bytes->data + offset, data, n);
}

disk_inode *disk_inode_new(void)
{
	disk_inode *inode = must(calloc(1, sizeof(*inode)));
	inode->n_references = 1;
	return inode;
}

disk_inode *disk_inode_ref(disk_inode *inode)
{
	inode->n_references++;
	return inode;
}

static void forget_changes(disk_inode *inode)
{
	for (size_t i = 0; i < inode->n_changes; i++)
		free(inode->changes[i].data);
	inode->n_changes = 0;
}

void disk_inode_unref(disk_inode *inode)
{
	if (!inode || --inode->n_references > 0)
		return;
	forget_changes(inode);
	free(inode->changes);
	free(inode->now.data);
	free(inode->durable.data);
	free(inode);
}

size_t disk_inode_read(const disk_inode *inode, void *out, size_t n, size_t offset)
{
	size_t there = offset < inode->now.n ? inode->now.n - offset : 0;
	if (there > n)
		there = n;
	if (there > 0)
		memcpy(out, inode->now.data + offset, there);
	memset((char *)out + there, 0, n - there);
	return there;
}

static disk_change *add_change(disk_inode *inode)
{
	if (inode->n_changes == inode->cap_changes) {
		inode->cap_changes = inode->cap_changes * 2 + 64;
		inode->changes =
		    must(realloc(inode->changes, inode->cap_changes * sizeof(*inode->changes)));
	}
	return &inode->changes[inode->n_changes++];
}

void disk_inode_write(disk_inode *inode, const void *data, size_t n, size_t offset)
{
	disk_change *change = add_change(inode);
	*change = (disk_change){.offset = offset, .n = n, .data = must(malloc(n + 1))};
	memcpy(change->data, data, n);
	put(&inode->now, data, n, offset);
}

void disk_inode_truncate(disk_inode *inode, size_t size)
{
	*add_change(inode) = (disk_change){.offset = size};
	resize(&inode->now, size);
}

void disk_inode_sync(disk_inode *inode)
{
	for (size_t i = 0; i < inode->n_changes; i++) {
		const disk_change *change = &inode->changes[i];
		if (change->data)
			put(&inode->durable, change->data, change->n, change->offset);
		else
			resize(&inode->durable, change->offset);
	}
	forget_changes(inode);
}

/* Some sectors of a write. */
static void put_some(disk_bytes *bytes, const disk_change *change, size_t sector, uint64_t percent)
{
	size_t end = change->offset + change->n;
	for (size_t at = change->offset; at < end;) {
		size_t next = (at / sector + 1) * sector;
		if (next > end)
			next = end;
		if (disk_random(100) < percent)
			put(bytes, change->data + (at - change->offset), next - at, at);
		at = next;
	}
}

static void keep_some(disk_inode *inode)
{
	size_t sector = disk_random(2) ? 512 : 4096;
	uint64_t percent = 1 + disk_random(99);
	for (size_t i = 0; i < inode->n_changes; i++) {
		const disk_change *change = &inode->changes[i];
		if (change->data)
			put_some(&inode->durable, change, sector, percent);
		else if (disk_random(100) < percent)
			resize(&inode->durable, change->offset);
	}
	forget_changes(inode);
}

void disk_inode_lose(disk_inode *inode, disk_loss loss)
{
	if (loss == DISK_KEEPS_ALL)
		disk_inode_sync(inode);
	else if (loss == DISK_KEEPS_SOME)
		keep_some(inode);
	forget_changes(inode);
	resize(&inode->now, 0);
	if (inode->durable.n > 0)
		put(&inode->now, inode->durable.data, inode->durable.n, 0);
}
