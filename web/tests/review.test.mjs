// The yearly review, after the days that are assessed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { installation, logIn, phone, stored, until } from './support.mjs';

let server;
let mobile;
let page;

before(async () => {
    server = await installation('2026-11-05T08:00:00+07:00');
    mobile = phone();
    ({ page } = await mobile.open());
    await logIn(page, server);
});

// Both end even where one of them fails.
after(() => Promise.all([mobile?.close(), server?.close()]));

test('criteria are answered one by one, without a network, and say so when the figures differ', async () => {
    await page.getByRole('link', { name: 'Xét năm' }).click();
    await page.getByRole('link', { name: 'Đăng ký cho thôn' }).click();
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    const review = () => stored(page, '/reviews?unit=03847001&year=2026').then(({ items }) => items[0]);
    await until('the registration', async () => (await review()).state === 'registered');
    await page.getByRole('link', { name: 'Xét năm' }).click();
    await page.getByRole('link', { name: 'Tự đánh giá từng tiêu chí' }).click();

    // Registered after the deadline, so the figures say “not met” there.
    const context = page.context();
    await context.setOffline(true);
    const criteria = page.locator('main .card');
    const manual = criteria.filter({ hasText: 'Cần người xét' }).first();
    await manual.getByText('Đạt', { exact: true }).click();
    // Against the figures only with a reason.
    const counted = criteria.filter({ hasText: 'Theo số liệu: chưa đạt' }).first();
    await counted.getByText('Đạt', { exact: true }).click();
    assert.ok(await page.getByRole('button', { name: 'Lưu' }).isDisabled());
    await counted.getByRole('textbox').fill('Bản giấy nộp tháng 3');
    await page.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Đang chờ gửi').waitFor();
    await context.setOffline(false);

    const assessment = async () => stored(page, `/reviews/${(await review()).review}/assessment`);
    const answered = await until('the answers', async () => {
        const answers = (await assessment()).criteria.map(({ answer }) => answer).filter(Boolean);
        return answers.length === 2 && answers;
    });
    assert.deepEqual(answered.map(({ outcome, note }) => [outcome, note]).sort(), [['met', null], ['met', 'Bản giấy nộp tháng 3']]);
    await page.getByRole('link', { name: 'Tự đánh giá từng tiêu chí' }).click();
    await page.getByText('Đã trả lời 2 trên').waitFor();
});
