// SPDX-License-Identifier: MIT

//! A Zig program whose allocator is libc's.

const std = @import("std");

pub fn main() !void {
    const allocator = std.heap.c_allocator;
    var words = std.StringHashMap(usize).init(allocator);
    defer words.deinit();
    for (0..1000) |i| try words.put(try std.fmt.allocPrint(allocator, "{d}", .{i}), i);
    var keys = words.keyIterator();
    while (keys.next()) |key| allocator.free(key.*);
    _ = std.c.printf("hello\n");
}
